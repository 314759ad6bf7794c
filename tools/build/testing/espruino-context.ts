import { createContext, runInContext } from "node:vm";

/**
 * Takes from a context what Espruino has not, and makes what it has another way as it is there; each
 * was asked of its build for Linux.
 */
const gaps = `
  for (const name of ["Map", "Set", "WeakMap", "WeakSet", "WeakRef", "Symbol", "Proxy", "Reflect",
    "BigInt", "BigInt64Array", "BigUint64Array", "Atomics", "SharedArrayBuffer", "Intl", "console"]) {
    delete globalThis[name];
  }
  for (const name of ["freeze", "isFrozen", "seal", "hasOwn", "groupBy"]) delete Object[name];
  for (const name of ["imul", "clz32", "trunc", "fround", "hypot", "log2"]) delete Math[name];
  for (const name of ["isInteger", "isSafeInteger", "isFinite", "isNaN", "parseInt", "parseFloat",
    "MAX_SAFE_INTEGER", "MIN_SAFE_INTEGER"]) delete Number[name];
  for (const name of ["from", "of"]) delete Array[name];
  for (const name of ["at", "flat", "flatMap", "entries", "findLast", "copyWithin", "toSorted"]) {
    delete Array.prototype[name];
  }
  for (const name of ["codePointAt", "localeCompare", "normalize", "matchAll", "at", "search"]) {
    delete String.prototype[name];
  }
  delete String.fromCodePoint;
  const typed = Object.getPrototypeOf(Uint8Array);
  for (const name of ["from", "of"]) delete typed[name];
  for (const name of ["copyWithin", "at", "entries", "findLast"]) delete typed.prototype[name];
  const { subarray } = typed.prototype;
  typed.prototype.subarray = function (start, end) {
    if (start < 0 || end < 0 || end > this.length) throw new RangeError("subarray is not clamped");
    return subarray.call(this, start, end);
  };
  typed.prototype.slice = function (start, end) {
    const array = [];
    for (const one of this.subarray(start, end)) array.push(one);
    return array;
  };
  const { fromCharCode } = String;
  String.fromCharCode = function () {
    let text = "";
    for (let at = 0; at < arguments.length; at++) text += fromCharCode(arguments[at] & 255);
    return text;
  };
`;

/** The lines that a script for Espruino reports there: its global `fota` has `pieces(report)`. */
export function linesOf(script: string): string[] {
  const lines: string[] = [];
  const context = createContext({ report: (line: string) => void lines.push(line) });
  runInContext(gaps, context);
  runInContext(script, context);
  runInContext("fota.pieces(report)", context);
  return lines;
}
