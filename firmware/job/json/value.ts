import type { JsonFields, JsonKind } from "./fields.ts";

/**
 * A value of the message that was read last, looked up where the reader keeps it: it holds true
 * until the next message begins.
 */
export class JsonValue {
  private readonly fields: JsonFields;
  private readonly path: string;
  private readonly field: number;

  /** @param path of a field that was asked for */
  constructor(fields: JsonFields, path: string) {
    this.fields = fields;
    this.path = path;
    this.field = fields.find(path);
  }

  /** A field that was asked for: "absent" where the object has none, or where this is no object. */
  at(name: string): JsonValue {
    return new JsonValue(this.fields, this.path === "" ? name : `${this.path}.${name}`);
  }

  kind(): JsonKind {
    return this.fields.kind(this.field);
  }

  /** Bytes of a text in UTF-8 or of a number, members of an object, though it may be too long. */
  length(): number {
    return this.fields.length(this.field);
  }

  /** @returns undefined if it is no string, or longer than its bound */
  text(): string | undefined {
    return this.kind() === "string" ? this.fields.kept(this.field) : undefined;
  }

  /** @returns undefined if it is no number, or written with more characters than its bound */
  number(): number | undefined {
    const digits = this.kind() === "number" ? this.fields.kept(this.field) : undefined;
    return digits === undefined ? undefined : Number(digits);
  }
}
