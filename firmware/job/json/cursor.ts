import { config } from "../../config.ts";
import type { ByteSink } from "./byte-sink.ts";
import { type JsonFields, type JsonKind, notAsked } from "./fields.ts";

/** Longest name that can be asked for. */
export const nameMaxBytes = 32;

/**
 * Where in the message the reader is, as far as a table goes: matches names with it, and leads the
 * bytes of names and values to where they are kept, if they are. Of each open container it knows
 * the kind, in a bit, so that depth costs no stack.
 */
export class Cursor {
  /** Count of open containers. */
  depth = 0;
  private readonly objects = new Uint8Array(Math.ceil(config.jsonDepthMax / 8));
  private readonly fields: JsonFields;
  private readonly sink: ByteSink;
  private readonly nameBytes = new Uint8Array(nameMaxBytes);
  /** What the value that comes or is being read is kept as. */
  private field = notAsked;
  /** The innermost open object that was asked for, and the depth of its fields. */
  private object = notAsked;
  private objectDepth = 0;

  constructor(fields: JsonFields, sink: ByteSink) {
    this.fields = fields;
    this.sink = sink;
  }

  begin(): void {
    this.depth = 0;
    this.field = this.fields.find("");
    this.object = notAsked;
    this.objectDepth = 0;
  }

  /** Whether the innermost open container is an object; the other kind is an array. */
  isInObject(): boolean {
    const index = this.depth - 1;
    return (((this.objects[index >> 3] as number) >> (index & 7)) & 1) === 1;
  }

  beginName(): void {
    if (this.depth === this.objectDepth) this.sink.open(this.nameBytes, 0, nameMaxBytes);
    else this.sink.discard();
  }

  /** @returns false if the name was asked for and comes a second time */
  endName(): boolean {
    if (this.depth !== this.objectDepth) return true;
    const { fields, sink } = this;
    fields.countMember(this.object);
    if (sink.byteLength > nameMaxBytes) return true;
    this.field = fields.childOf(this.object, this.nameBytes, sink.byteLength);
    return this.field === notAsked || fields.kind(this.field) === "absent";
  }

  /** A text, a number or a word begins. */
  beginScalar(kind: JsonKind): void {
    this.sink.discard();
    if (this.field === notAsked) return;
    this.fields.set(this.field, kind);
    this.fields.open(this.field, this.sink);
  }

  endScalar(): void {
    if (this.field !== notAsked) this.fields.setLength(this.field, this.sink.byteLength);
    this.field = notAsked;
  }

  /** @returns false if that is deeper than `config.jsonDepthMax` */
  beginContainer(isObject: boolean): boolean {
    const { depth, field } = this;
    if (depth === config.jsonDepthMax) return false;
    const bit = 1 << (depth & 7);
    const others = (this.objects[depth >> 3] as number) & ~bit;
    this.objects[depth >> 3] = isObject ? others | bit : others;
    this.depth = depth + 1;
    if (field !== notAsked) {
      this.fields.set(field, isObject ? "object" : "array");
      if (isObject) {
        this.object = field;
        this.objectDepth = this.depth;
      }
    }
    this.field = notAsked;
    return true;
  }

  endContainer(): void {
    if (this.depth === this.objectDepth) {
      this.object = this.fields.parentOf(this.object);
      this.objectDepth -= 1;
    }
    this.depth -= 1;
  }
}
