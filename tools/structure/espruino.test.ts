import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { usesOf } from "./built-ins.ts";

/**
 * What the core may use of the language's own objects: what Espruino has too, asked one by one on
 * its build for Linux, and what the prelude of the port brings (marked; docs/espruino.md). `slice`
 * of a typed array gives an Array there, and `length = 0` of an array throws.
 */
const there: Readonly<Record<string, string>> = {
  new: "DataView Error Float64Array Int32Array Uint16Array Uint32Array Uint8Array",
  Array: "filter indexOf isArray join length pop push shift slice sort splice",
  CallableFunction: "apply bind call",
  DataView: "getUint16 getUint32 getUint8 setUint16 setUint32 setUint8",
  Error: "message",
  Int32Array: "fill indexOf length set subarray",
  Float64Array: "fill length set subarray",
  JSON: "parse stringify",
  Math: "abs ceil floor max min pow round",
  Number: "NaN toString",
  Object: "assign freeze(prelude) hasOwnProperty keys prototype",
  String:
    "charAt charCodeAt fromCharCode indexOf lastIndexOf length replace slice split toLowerCase trim",
  Uint16Array: "fill length set subarray",
  Uint32Array: "fill length set subarray",
  Uint8Array:
    "buffer byteLength byteOffset copyWithin(prelude) fill indexOf join length set subarray",
};

const known = new Set(
  Object.entries(there).flatMap(([owner, members]) =>
    members
      .replaceAll("(prelude)", "")
      .split(" ")
      .map((member) => (owner === "new" ? `new ${member}` : `${owner}.${member}`)),
  ),
);

const root = fileURLToPath(new URL("../../", import.meta.url));
/** BigInt, for which a build for Espruino has another; and what only tests build in. */
const exempt = /\/verify\/p256(-curve)?\.ts$|\.fixture\.ts$/;

function unknownUses(program: ts.Program, files: readonly string[]): string[] {
  return usesOf(program, new Set(files))
    .filter(({ what }) => !known.has(what))
    .map(({ what, where }) => `${where.replace(root, "")}: ${what}`);
}

function coreProgram(): { program: ts.Program; files: string[] } {
  const host = {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: ({ messageText }: ts.Diagnostic) => {
      throw new Error(ts.flattenDiagnosticMessageText(messageText, " "));
    },
  };
  const parsed = ts.getParsedCommandLineOfConfigFile(`${root}tsconfig.json`, {}, host);
  assert.ok(parsed !== undefined);
  const { fileNames, options } = parsed;
  const files = fileNames.filter((name) => !exempt.test(name));
  return { program: ts.createProgram(fileNames, options), files };
}

function programOf(code: string): ts.Program {
  const options: ts.CompilerOptions = { lib: ["lib.es2023.d.ts"], types: [], strict: true };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === "planted.ts" || fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    name === "planted.ts"
      ? ts.createSourceFile(name, code, ts.ScriptTarget.ES2022, true)
      : getSourceFile(name, ...rest);
  return ts.createProgram(["planted.ts"], options, host);
}

describe("what the core uses of the language's own objects", { timeout: 120_000 }, () => {
  it("is there on Espruino", () => {
    const { program, files } = coreProgram();
    assert.ok(files.length > 120, `${files.length} files`);
    assert.ok(usesOf(program, new Set(files)).length > 400);
    assert.deepEqual(unknownUses(program, files), []);
  });

  it("would be seen where it is not", () => {
    const planted = `
      export function f(a: number[], b: Uint8Array, s: string, o: readonly string[] | Uint8Array) {
        a.length = 0;
        s.slice(1); a.slice(1); b.slice(1); o.slice(1);
        const { at } = s;
        around: for (;;) for (;;) break around;
        return [Math.imul(1, 2), new Map(), Uint8Array.of(1), s.length, a.length, at];
      }
      export interface Store { delete(key: string): void }
      export class Keys { delete() {} slice() {} }
      new Keys().slice();`;
    const said = unknownUses(programOf(planted), ["planted.ts"]);
    assert.deepEqual(
      said.map((one) => one.split(": ")[1]),
      [
        "Array.length =",
        "Uint8Array.slice",
        "Uint8Array.slice",
        "String.at",
        "label",
        "Math.imul",
        "new Map",
        "Uint8Array.of",
        "method delete",
        "method delete",
      ],
    );
  });
});
