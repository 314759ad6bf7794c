import { Failure } from "../../failure.ts";
import type { Store } from "../../ports/store.ts";
import type { Engine } from "./engine.ts";

export type StoreEngine = Pick<Engine, "storage" | "crc32">;

const HEAD_BYTES = 8;

interface Entry {
  readonly sequence: number;
  readonly value: Uint8Array;
  /** Which of the key's two files it is. */
  readonly side: 0 | 1;
}

/**
 * Two files a key, since `Storage.write` erases a file before it writes it anew: CRC-32 of the rest,
 * sequence (32 bits each, little-endian), value. The one with the higher sequence and a good CRC
 * counts, and the other is written next.
 */
export class EspruinoStore implements Store {
  private readonly engine: StoreEngine;

  constructor(engine: StoreEngine) {
    this.engine = engine;
  }

  read(key: string): Uint8Array | undefined {
    return this.newest(key)?.value;
  }

  write(key: string, value: Uint8Array): void {
    const newest = this.newest(key);
    const side = newest?.side === 0 ? 1 : 0;
    const sequence = (newest?.sequence ?? 0) + 1;
    const file = new Uint8Array(HEAD_BYTES + value.byteLength);
    const view = new DataView(file.buffer);
    view.setUint32(4, sequence, true);
    file.set(value, HEAD_BYTES);
    view.setUint32(0, this.engine.crc32(file.subarray(4)) >>> 0, true);
    this.attempt(key, () => {
      this.engine.storage.write(nameOf(key, side), file);
    });
    if (this.load(key, side)?.sequence !== sequence) throw new Failure("STORE", `${key}: not kept`);
  }

  /** The older file first, so that a power cut in between does not bring its value back. */
  remove(key: string): void {
    const newest = this.newest(key)?.side ?? 0;
    this.attempt(key, () => {
      this.engine.storage.erase(nameOf(key, newest === 0 ? 1 : 0));
      this.engine.storage.erase(nameOf(key, newest));
    });
  }

  private newest(key: string): Entry | undefined {
    const one = this.load(key, 0);
    const other = this.load(key, 1);
    if (one === undefined || other === undefined) return one ?? other;
    return one.sequence > other.sequence ? one : other;
  }

  private load(key: string, side: 0 | 1): Entry | undefined {
    const buffer = this.engine.storage.readArrayBuffer(nameOf(key, side));
    if (buffer === undefined || buffer.byteLength < HEAD_BYTES) return undefined;
    // A copy: the file is mapped, and goes when it is written anew.
    const file = new Uint8Array(new Uint8Array(buffer));
    const view = new DataView(file.buffer);
    if (this.engine.crc32(file.subarray(4)) >>> 0 !== view.getUint32(0, true)) return undefined;
    return { sequence: view.getUint32(4, true), value: file.subarray(HEAD_BYTES), side };
  }

  /** A store that is full or broken is no bug of ours: the job is told, the running image stays. */
  private attempt(key: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      throw new Failure("STORE", `${key}: ${String(error)}`);
    }
  }
}

function nameOf(key: string, side: 0 | 1): string {
  return `fota.${key}.${side}`;
}
