import { config } from "../../config.ts";
import type { ByteSink } from "./byte-sink.ts";
import { type JsonFields, type JsonKind, notAsked } from "./fields.ts";

/** Of lists each element is kept in its turn. */
export const eachElement = -1;

/** The element of that index, from 0, is read: an object, whose fields are there until the next. */
export type OnElement = (index: number) => void;

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
  /** The list that is open, the depth of its elements, and how many of them have begun. */
  private list = notAsked;
  private listDepth = 0;
  private elementCount = 0;
  /** The one element that is kept; below 0: each in turn. */
  private element = eachElement;
  private readonly onElement: OnElement;

  constructor(fields: JsonFields, sink: ByteSink, onElement: OnElement) {
    this.fields = fields;
    this.sink = sink;
    this.onElement = onElement;
  }

  begin(element: number): void {
    this.depth = 0;
    this.field = this.fields.find("");
    this.object = notAsked;
    this.objectDepth = 0;
    this.list = notAsked;
    this.element = element;
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
    if (this.isInList()) this.elementCount += 1;
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
    const { depth } = this;
    if (depth === config.jsonDepthMax) return false;
    const field = this.isInList() ? this.nextElement(isObject) : this.field;
    const bit = 1 << (depth & 7);
    const others = (this.objects[depth >> 3] as number) & ~bit;
    this.objects[depth >> 3] = isObject ? others | bit : others;
    this.depth = depth + 1;
    if (field !== notAsked) this.beginAsked(field, isObject);
    this.field = notAsked;
    return true;
  }

  private beginAsked(field: number, isObject: boolean): void {
    const { fields } = this;
    if (isObject) {
      this.object = field;
      this.objectDepth = this.depth;
    } else if (fields.isList(field)) {
      this.list = field;
      this.listDepth = this.depth;
      this.elementCount = 0;
    }
    // Of a list that is read the kind stays "array", whatever its elements are.
    if (field !== this.list || !isObject) fields.set(field, isObject ? "object" : "array");
  }

  endContainer(): void {
    if (this.isInList()) this.list = notAsked;
    else if (this.depth === this.objectDepth) this.endObject();
    this.depth -= 1;
  }

  private endObject(): void {
    const { fields, object, list } = this;
    this.object = fields.parentOf(object);
    // Names lie in the object around the list again, which is one farther out.
    this.objectDepth -= object === list ? 2 : 1;
    if (object === list) this.onElement(this.elementCount - 1);
  }

  private isInList(): boolean {
    return this.list !== notAsked && this.depth === this.listDepth;
  }

  /** @returns what the element that begins is kept as */
  private nextElement(isObject: boolean): number {
    const index = this.elementCount;
    this.elementCount += 1;
    const isWanted = this.element < 0 || this.element === index;
    if (!isObject || !isWanted) return notAsked;
    this.fields.beginElement(this.list);
    return this.list;
  }
}
