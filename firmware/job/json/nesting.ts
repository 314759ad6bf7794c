import { config } from "../../config.ts";

/** Which containers are open: a bit each, so that depth costs no stack. */
export class Nesting {
  depth = 0;
  private readonly objects = new Uint8Array(Math.ceil(config.jsonDepthMax / 8));

  clear(): void {
    this.depth = 0;
  }

  /** @returns false if that is deeper than `config.jsonDepthMax` */
  open(isObject: boolean): boolean {
    if (this.depth === config.jsonDepthMax) return false;
    const at = this.depth >> 3;
    const bit = 1 << (this.depth & 7);
    const bits = this.objects[at] ?? 0;
    this.objects[at] = isObject ? bits | bit : bits & ~bit;
    this.depth += 1;
    return true;
  }

  close(): void {
    this.depth -= 1;
  }

  /** Whether the innermost open container is an object; the other kind is an array. */
  isObject(): boolean {
    const index = this.depth - 1;
    return (((this.objects[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
  }
}
