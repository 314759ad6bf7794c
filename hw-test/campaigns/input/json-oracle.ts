import assert from "node:assert/strict";
import { config } from "../../../firmware/config.ts";
import type { JsonFieldTable, JsonKind } from "../../../firmware/job/json/fields.ts";
import type { JsonReader, JsonVerdict } from "../../../firmware/job/json/reader.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What Node makes of the bytes. @returns undefined if it takes them for no JSON */
function parse(bytes: Uint8Array): { readonly text: string; readonly value: unknown } | undefined {
  try {
    const text = decoder.decode(bytes);
    return { text, value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/**
 * Holds the reader, which has read `bytes` and given `verdict`, against TextDecoder and JSON.parse.
 * Only the differences that the reader states are let through, and those are looked for.
 */
export function checkAgainstNode(
  bytes: Uint8Array,
  { reader, verdict, table }: { reader: JsonReader; verdict: JsonVerdict; table: JsonFieldTable },
): void {
  const parsed = parse(bytes);
  if (parsed === undefined) {
    assert.notEqual(verdict, "sound");
    return;
  }
  const { isDeep, isAmbiguous } = structureOf(parsed.text, table);
  if (isDeep && isAmbiguous) assert.ok(verdict === "tooDeep" || verdict === "ambiguous", verdict);
  else if (isDeep) assert.equal(verdict, "tooDeep");
  else if (isAmbiguous) assert.equal(verdict, "ambiguous");
  else {
    assert.equal(verdict, "sound");
    for (const [index, row] of table.entries()) {
      const before = table[index - 1];
      const isSuperseded =
        row.isAlternative === true && valueAt(parsed.value, before?.path ?? "") !== undefined;
      checkField(reader, row.path, valueAt(parsed.value, row.path), {
        maxBytes: row.maxBytes,
        isSuperseded,
      });
    }
  }
}

function checkField(
  reader: JsonReader,
  path: string,
  expected: unknown,
  bound: { maxBytes: number; isSuperseded: boolean },
): void {
  let found = reader.message;
  for (const name of path === "" ? [] : path.split(".")) found = found.at(name);
  assert.equal(found.kind(), kindOf(expected), path);
  const isNumber = typeof expected === "number";
  const isKept = found.length() <= bound.maxBytes && !bound.isSuperseded;
  assert.ok(Object.is(found.number(), isNumber && isKept ? expected : undefined), path);
  if (typeof expected === "string") {
    const text = Buffer.from(expected);
    assert.equal(found.length(), text.length, path);
    // Node, too, puts U+FFFD in the place of a lone surrogate.
    assert.equal(found.text(), isKept ? text.toString() : undefined, path);
  } else {
    assert.equal(found.text(), undefined, path);
  }
  if (found.kind() === "object") {
    assert.equal(found.length() === 0, Object.keys(expected as object).length === 0, path);
  }
}

function kindOf(value: unknown): JsonKind {
  if (value === undefined) return "absent";
  if (value === null) return "null";
  if (typeof value === "boolean") return value ? "true" : "false";
  if (Array.isArray(value)) return "array";
  return typeof value as "number" | "string" | "object";
}

/** @returns undefined where there is none */
function valueAt(root: unknown, path: string): unknown {
  let value = root;
  for (const name of path === "" ? [] : path.split(".")) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    if (!Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** What JSON.parse does not tell, from the marks of a text that it has taken. */
function structureOf(
  text: string,
  table: JsonFieldTable,
): { isDeep: boolean; isAmbiguous: boolean } {
  const asked = new Set(table.map(({ path }) => path));
  /** Of each open container: its path, undefined for one that was not asked for. */
  const open: { path: string | undefined; names: Set<string> }[] = [];
  let path: string | undefined = "";
  let isDeep = false;
  let isAmbiguous = false;
  for (const [token = "", name] of text.matchAll(
    /("(?:[^"\\]|\\.)*")(?=\s*:)|"(?:[^"\\]|\\.)*"|[{}[\],]/gs,
  )) {
    const parent = open.at(-1);
    if (token === "{" || token === "[") {
      open.push({ path: token === "{" ? path : undefined, names: new Set() });
      path = undefined;
      isDeep ||= open.length > config.jsonDepthMax;
    } else if (token === "}" || token === "]") {
      open.pop();
    } else if (token === ",") {
      path = undefined;
    } else if (name !== undefined && parent?.path !== undefined) {
      const full = fullPath(parent.path, JSON.parse(name) as string);
      path = full !== undefined && asked.has(full) ? full : undefined;
      isAmbiguous ||= path !== undefined && parent.names.has(path);
      if (path !== undefined) parent.names.add(path);
    }
  }
  return { isDeep, isAmbiguous };
}

/** @returns undefined for a name that no table can ask for */
function fullPath(parent: string, name: string): string | undefined {
  if (name === "" || name.includes(".")) return undefined;
  return parent === "" ? name : `${parent}.${name}`;
}
