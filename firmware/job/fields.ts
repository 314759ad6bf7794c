import { Failure } from "../failure.ts";

/** 2^53 - 1: beyond it a number is no longer the one that was written. */
const maxCount = 9_007_199_254_740_991;

/** A JSON object as it came in: nothing is known of its fields. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Not Object.hasOwn, which is newer than some engines. */
const hasOwn = Object.prototype.hasOwnProperty;

/** The object's own field: what stands on a prototype was not in the JSON. */
export function ownField(object: JsonObject, name: string): unknown {
  return hasOwn.call(object, name) ? object[name] : undefined;
}

/** @throws Failure DOCUMENT_INVALID naming the field */
export function invalid(name: string, why: string): never {
  throw new Failure("DOCUMENT_INVALID", `${name}: ${why}`);
}

/** A string of 1 to `maxChars` characters, none of them a control character. */
export function textField(object: JsonObject, name: string, maxChars: number): string {
  const text = optionalTextField(object, name, maxChars);
  return text === undefined ? invalid(name, "missing") : text;
}

export function optionalTextField(
  object: JsonObject,
  name: string,
  maxChars: number,
): string | undefined {
  const value = ownField(object, name);
  if (value === undefined) return undefined;
  if (typeof value !== "string") return invalid(name, "not a string");
  if (value.length === 0 || value.length > maxChars) {
    return invalid(name, `${value.length} characters, 1 to ${maxChars} expected`);
  }
  if (hasControlCharacter(value)) return invalid(name, "a control character");
  return value;
}

/** A positive whole number, or a string of digits: documents are made from templates. */
export function countField(object: JsonObject, name: string): number {
  const count = optionalCountField(object, name);
  return count === undefined ? invalid(name, "missing") : count;
}

export function optionalCountField(object: JsonObject, name: string): number | undefined {
  const value = ownField(object, name);
  if (value === undefined) return undefined;
  const count = typeof value === "string" ? numberOf(value) : value;
  if (
    typeof count !== "number" ||
    !(count >= 1 && count <= maxCount && Math.floor(count) === count)
  ) {
    return invalid(name, "not a positive whole number");
  }
  return count;
}

function numberOf(digits: string): number {
  return /^[0-9]+$/.test(digits) ? Number(digits) : Number.NaN;
}

function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return true;
  }
  return false;
}
