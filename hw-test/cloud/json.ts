import { invalidRequest } from "./serviceError.ts";

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json | undefined;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Fields of a request body. Each reader gives undefined for a field that is absent or null, and
 * refuses (InvalidRequest) one of another type.
 */
export function stringField(body: JsonObject, name: string): string | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined || typeof value === "string") return value;
  throw wrongType(name, "a string");
}

export function booleanField(body: JsonObject, name: string): boolean | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined || typeof value === "boolean") return value;
  throw wrongType(name, "a boolean");
}

/** An integer; also one spelled as a string, which the live service takes. */
export function integerField(body: JsonObject, name: string): number | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined) return undefined;
  const spelled = typeof value === "string" && /^-?\d+$/.test(value);
  const number = spelled ? Number(value) : value;
  if (typeof number === "number" && Number.isSafeInteger(number)) return number;
  throw wrongType(name, "an integer");
}

export function numberField(body: JsonObject, name: string): number | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined || (typeof value === "number" && Number.isFinite(value))) return value;
  throw wrongType(name, "a number");
}

export function objectListField(body: JsonObject, name: string): readonly JsonObject[] | undefined {
  const list = body[name] ?? undefined;
  if (list === undefined) return undefined;
  if (!Array.isArray(list)) throw wrongType(name, "a list");
  return list.map((value) => {
    if (!isObject(value)) throw wrongType(name, "a list of objects");
    return value;
  });
}

export function objectField(body: JsonObject, name: string): JsonObject | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined || isObject(value)) return value;
  throw wrongType(name, "an object");
}

export function stringMapField(
  body: JsonObject,
  name: string,
): Readonly<Record<string, string>> | undefined {
  const map = objectField(body, name);
  if (map === undefined) return undefined;
  const entries = Object.keys(map).map((key) => {
    const value = map[key];
    if (typeof value !== "string") throw wrongType(`${name}.${key}`, "a string");
    return [key, value] as const;
  });
  return Object.fromEntries(entries);
}

export function stringListField(body: JsonObject, name: string): readonly string[] | undefined {
  const list = body[name] ?? undefined;
  if (list === undefined) return undefined;
  if (!Array.isArray(list)) throw wrongType(name, "a list");
  return list.map((value) => {
    if (typeof value !== "string") throw wrongType(name, "a list of strings");
    return value;
  });
}

function wrongType(name: string, expected: string): Error {
  return invalidRequest(`${name} must be ${expected}`);
}
