import type { ByteSink } from "./byte-sink.ts";
import { type JsonFields, type JsonKind, notAsked } from "./fields.ts";

/** Longest name that can be asked for. */
export const nameMaxBytes = 32;

/**
 * Where in the message the reader is, as far as a table goes: matches names with it, and leads the
 * bytes of names and values to where they are kept, if they are.
 *
 * A depth is the count of open containers, 1 for the fields of the message itself.
 */
export class Cursor {
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
    this.field = this.fields.find("");
    this.object = notAsked;
    this.objectDepth = 0;
  }

  beginName(depth: number): void {
    if (depth === this.objectDepth) this.sink.open(this.nameBytes, 0, nameMaxBytes);
    else this.sink.discard();
  }

  /** @returns false if the name was asked for and comes a second time */
  endName(depth: number): boolean {
    if (depth !== this.objectDepth) return true;
    const { fields, sink } = this;
    fields.countMember(this.object);
    if (sink.byteLength > nameMaxBytes) return true;
    this.field = fields.childOf(this.object, this.nameBytes, sink.byteLength);
    return this.field === notAsked || !fields.has(this.field);
  }

  /** The value is one of which nothing but the kind is to be known. */
  setKind(kind: JsonKind): void {
    if (this.field !== notAsked) this.fields.set(this.field, kind);
  }

  beginScalar(kind: "string" | "number"): void {
    this.setKind(kind);
    if (this.field === notAsked) this.sink.discard();
    else this.fields.open(this.field, this.sink);
  }

  endScalar(): void {
    if (this.field !== notAsked) this.fields.setLength(this.field, this.sink.byteLength);
    this.endValue();
  }

  endValue(): void {
    this.field = notAsked;
  }

  /** @param depth of what lies in it */
  beginContainer(kind: "object" | "array", depth: number): void {
    this.setKind(kind);
    if (this.field !== notAsked && kind === "object") {
      this.object = this.field;
      this.objectDepth = depth;
    }
    this.field = notAsked;
  }

  endContainer(depth: number): void {
    if (depth !== this.objectDepth) return;
    this.object = this.fields.parentOf(this.object);
    this.objectDepth -= 1;
  }
}
