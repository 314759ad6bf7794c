import { assert } from "../../assert.ts";
import { decodeUtf8 } from "../../utf8.ts";
import type { ByteSink } from "./byte-sink.ts";

/** A field of a message that is asked for. */
export interface JsonField {
  /** The names on the way to it, with dots between: `execution.jobId`. The message itself is "". */
  readonly path: string;
  /** Longest text or number kept, in bytes of UTF-8: of a longer one only the length is known. */
  readonly maxBytes: number;
  /** Kept in the bytes of the field before it in the table, and only while that one is absent. */
  readonly isAlternative?: boolean | undefined;
  /** An array of objects, whose fields are those of one of them at a time; no list in a list. */
  readonly isList?: boolean;
}

/** What is asked of one sort of message: the message itself, then each object before its fields. */
export type JsonFieldTable = readonly JsonField[];

export type JsonKind =
  | "absent"
  | "null"
  | "false"
  | "true"
  | "number"
  | "string"
  | "array"
  | "object";

const kindNames: readonly JsonKind[] = Object.freeze([
  "absent",
  "null",
  "false",
  "true",
  "number",
  "string",
  "array",
  "object",
] as const);

const absent = 0;
const dot = 0x2e;

/** Bytes that are taken first: for messages that say little, which is most of them. */
const leastBytes = 512;
const nowhere = new Uint8Array(0);

/** No field: what is not asked for. */
export const notAsked = -1;

/**
 * What a message said of the fields that were asked for. Costs five bytes a field, and from the first
 * text or number on until `release` 512 bytes, or the bounds of the largest table where one lies beyond.
 */
export class JsonFields {
  private table: JsonFieldTable = [];
  private bytes: Uint8Array = nowhere;
  /** Bounds of the largest table. */
  private readonly maxBytes: number;
  private readonly kinds: Uint8Array;
  /** Bytes of a text or number, members of an object. */
  private readonly lengths: Uint32Array;

  /** @param tables all that `begin` will be given */
  constructor(tables: readonly JsonFieldTable[]) {
    let maxBytes = 0;
    let fieldCount = 0;
    for (const table of tables) {
      maxBytes = Math.max(maxBytes, offsetOf(table, table.length));
      fieldCount = Math.max(fieldCount, table.length);
    }
    this.maxBytes = maxBytes;
    this.kinds = new Uint8Array(fieldCount);
    this.lengths = new Uint32Array(fieldCount);
  }

  begin(table: JsonFieldTable): void {
    assert(table.length <= this.kinds.length, "a table that the constructor knew");
    this.table = table;
    this.kinds.fill(absent);
    this.lengths.fill(0);
  }

  /** What the message said is forgotten, all of it. */
  release(): void {
    this.kinds.fill(absent);
    this.lengths.fill(0);
    this.bytes = nowhere;
  }

  /** Another object of a list begins: what was kept of the one before is forgotten. */
  beginElement(list: number): void {
    const { table } = this;
    const listPath = this.pathOf(list);
    for (let field = list + 1; field < table.length; field += 1) {
      if (!isBelow(this.pathOf(field), listPath)) continue;
      this.kinds[field] = absent;
      this.lengths[field] = 0;
    }
  }

  isList(field: number): boolean {
    return this.table[field]?.isList === true;
  }

  /** @returns the field of that path, which must be in the table */
  find(path: string): number {
    const { table } = this;
    for (let field = 0; field < table.length; field += 1) {
      if (table[field]?.path === path) return field;
    }
    assert(false, `${path} is not asked for`);
  }

  /** @returns the field of the object that `name` names, or `notAsked` */
  childOf(object: number, name: Uint8Array, nameLength: number): number {
    const { table } = this;
    const parentPath = this.pathOf(object);
    const nameStart = parentPath === "" ? 0 : parentPath.length + 1;
    for (let field = object + 1; field < table.length; field += 1) {
      const { path } = table[field] as JsonField;
      if (path.length !== nameStart + nameLength) continue;
      if (endsWith(path, name, nameStart) && isBelow(path, parentPath)) return field;
    }
    return notAsked;
  }

  /** @returns the object, or the list, whose field this is; `notAsked` for the message itself */
  parentOf(field: number): number {
    const path = this.pathOf(field);
    if (path === "") return notAsked;
    const end = path.lastIndexOf(".");
    return this.find(end < 0 ? "" : path.slice(0, end));
  }

  set(field: number, kind: JsonKind): void {
    this.kinds[field] = kindNames.indexOf(kind);
  }

  /** The bytes of the field's text or number go through `sink`. */
  open(field: number, sink: ByteSink): void {
    if (this.isSuperseded(field)) return;
    const start = offsetOf(this.table, field);
    const maxBytes = this.table[field]?.maxBytes ?? 0;
    if (maxBytes > 0) this.makeRoom(start + maxBytes);
    sink.open(this.bytes, start, maxBytes);
  }

  setLength(field: number, length: number): void {
    this.lengths[field] = length;
  }

  countMember(object: number): void {
    this.lengths[object] = this.length(object) + 1;
  }

  kind(field: number): JsonKind {
    return kindNames[this.kinds[field] ?? absent] ?? "absent";
  }

  length(field: number): number {
    return this.lengths[field] ?? 0;
  }

  /** @returns what was kept of a text or number: undefined unless it is whole */
  kept(field: number): string | undefined {
    const length = this.length(field);
    if (length > (this.table[field]?.maxBytes ?? 0) || this.isSuperseded(field)) return undefined;
    const start = offsetOf(this.table, field);
    return decodeUtf8(this.bytes.subarray(start, start + length));
  }

  private makeRoom(byteLength: number): void {
    const former = this.bytes;
    if (byteLength <= former.length) return;
    this.bytes = new Uint8Array(byteLength <= leastBytes ? leastBytes : this.maxBytes);
    this.bytes.set(former);
  }

  private pathOf(field: number): string {
    return this.table[field]?.path ?? "";
  }

  private isSuperseded(field: number): boolean {
    return this.table[field]?.isAlternative === true && this.kinds[field - 1] !== absent;
  }
}

/** Where the bytes of a field begin; those of all fields, for the table's length. */
function offsetOf(table: JsonFieldTable, field: number): number {
  let offset = 0;
  let before = 0;
  for (let index = 0; index <= field; index += 1) {
    const row = table[index];
    if (row?.isAlternative === true) {
      assert(row.maxBytes <= before, "an alternative fits the bytes of the field before it");
    } else {
      offset += before;
      before = row?.maxBytes ?? 0;
    }
  }
  return offset;
}

/** A dot in a name is part of that name, never the border of two. */
function endsWith(path: string, name: Uint8Array, nameStart: number): boolean {
  for (let index = nameStart; index < path.length; index += 1) {
    const byte = name[index - nameStart];
    if (byte !== path.charCodeAt(index) || byte === dot) return false;
  }
  return true;
}

function isBelow(path: string, parentPath: string): boolean {
  if (parentPath === "") return true;
  return path.charCodeAt(parentPath.length) === dot && path.indexOf(parentPath) === 0;
}
