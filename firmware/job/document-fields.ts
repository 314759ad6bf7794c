import { consistsOf, isDigit } from "../characters.ts";
import { Failure } from "../failure.ts";
import type { JsonValue } from "./json/value.ts";

/** 2^53 - 1: beyond it a number is no longer the one that was written. */
const maxCount = 9_007_199_254_740_991;

/** @throws Failure DOCUMENT_INVALID naming the field */
export function invalid(name: string, why: string): never {
  throw new Failure("DOCUMENT_INVALID", `${name}: ${why}`);
}

/** A string of 1 to `maxChars` characters, none of them a control character. */
export function textField(object: JsonValue, name: string, maxChars: number): string {
  const text = optionalTextField(object, name, maxChars);
  return text === undefined ? invalid(name, "missing") : text;
}

export function optionalTextField(
  object: JsonValue,
  name: string,
  maxChars: number,
): string | undefined {
  const value = object.at(name);
  if (value.kind() === "absent") return undefined;
  if (value.kind() !== "string") return invalid(name, "not a string");
  const text = value.text();
  if (text === undefined) {
    return invalid(name, `${value.length()} bytes, 1 to ${maxChars} characters expected`);
  }
  if (text.length === 0 || text.length > maxChars) {
    return invalid(name, `${text.length} characters, 1 to ${maxChars} expected`);
  }
  if (hasControlCharacter(text)) return invalid(name, "a control character");
  return text;
}

/** A positive whole number, or a string of digits: documents are made from templates. */
export function countField(object: JsonValue, name: string): number {
  const count = optionalCountField(object, name);
  return count === undefined ? invalid(name, "missing") : count;
}

export function optionalCountField(object: JsonValue, name: string): number | undefined {
  const value = object.at(name);
  if (value.kind() === "absent") return undefined;
  const text = value.text();
  const count = text === undefined ? value.number() : numberOf(text);
  if (count === undefined || !(count >= 1 && count <= maxCount && Math.floor(count) === count)) {
    return invalid(name, "not a positive whole number");
  }
  return count;
}

/** A whole number from 0, or its digits; 0 where there is none. */
export function numberField(object: JsonValue, name: string, max: number): number {
  const value = object.at(name);
  if (value.kind() === "absent") return 0;
  const text = value.text();
  const number = text === undefined ? value.number() : numberOf(text);
  if (number === undefined || !(number >= 0 && number <= max && Math.floor(number) === number)) {
    return invalid(name, `not a whole number from 0 to ${max}`);
  }
  return number;
}

function numberOf(digits: string): number {
  return consistsOf(digits, isDigit) ? Number(digits) : Number.NaN;
}

function hasControlCharacter(text: string): boolean {
  const isPlain = (code: number) => !(code < 0x20 || (code >= 0x7f && code < 0xa0));
  return text.length > 0 && !consistsOf(text, isPlain);
}
