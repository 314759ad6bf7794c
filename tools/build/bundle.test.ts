import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import ts from "typescript";
import { bundleFirmware, type Flavour } from "./bundle.ts";

/** What a board has besides the language: globals of the Moddable SDK that the firmware uses. */
const BOARD_GLOBALS = ["System", "trace"];
const PLATFORM_MODULE = /^(embedded:.+|timer|time|crypt)$/;

/** Names that a module uses and nobody declares, by TypeScript's own reckoning. */
function unknownNames(code: string): string[] {
  const file = "bundle.js";
  const options: ts.CompilerOptions = {
    allowJs: true,
    checkJs: true,
    noEmit: true,
    types: [],
    lib: ["lib.es2023.d.ts"],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    name === file
      ? ts.createSourceFile(name, code, ts.ScriptTarget.ES2022, true)
      : getSourceFile(name, ...rest);
  const program = ts.createProgram([file], options, host);
  const texts = program
    .getSemanticDiagnostics(program.getSourceFile(file))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
  return texts.flatMap((text) => /^Cannot find name '(\w+)'/.exec(text)?.[1] ?? []).sort();
}

function importsOf(code: string): string[] {
  return ts.preProcessFile(code).importedFiles.map(({ fileName }) => fileName);
}

describe("bundleFirmware", { timeout: 60_000 }, () => {
  const bundles = new Map<Flavour, string>();
  const bundle = (flavour: Flavour) => bundles.get(flavour) ?? "";

  before(async () => {
    for (const flavour of ["normal", "native", "unsigned", "crash", "no-cloud"] as const) {
      bundles.set(flavour, await bundleFirmware({ version: "7.8.9", flavour }));
    }
  });

  it("imports nothing but the platform's modules", () => {
    const imports = importsOf(bundle("normal"));
    assert.ok(imports.includes("embedded:io/socket/tcp/tls"));
    for (const name of imports) assert.match(name, PLATFORM_MODULE);
  });

  it("touches no global but the language's and the board's", () => {
    assert.deepEqual([...new Set(unknownNames(bundle("normal")))], BOARD_GLOBALS);
  });

  it("would notice a global of Node's", () => {
    assert.deepEqual(unknownNames("Buffer.from(process.argv); export const a = setTimeout;"), [
      "Buffer",
      "process",
      "setTimeout",
    ]);
  });

  it("has the version compiled in, and not the one of the source", () => {
    assert.match(bundle("normal"), /"7\.8\.9"/);
    assert.doesNotMatch(bundle("normal"), /0\.0\.0-dev/);
  });

  it("makes the flavours that tests need", () => {
    assert.match(bundle("crash"), /new Error\("this image throws at start"\);\s*$/);
    assert.ok(!importsOf(bundle("no-cloud")).includes("embedded:io/socket/tcp/tls"));
    // Not with `match`, which prints all of it where it fails.
    assert.ok(!/throws at start|never reaches the cloud/.test(bundle("normal")));
  });

  it("checks signatures unless it is asked not to", () => {
    const order = /0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n/i;
    assert.match(bundle("normal"), order);
    assert.match(bundle("normal"), /development=04[0-9a-f]{128}/);
    assert.doesNotMatch(bundle("unsigned"), order);
    assert.doesNotMatch(bundle("unsigned"), /development=/);
    assert.doesNotMatch(bundle("native"), order);
    assert.match(bundle("native"), /development=/);
    assert.ok(
      ["curve", "ecdsa", "ecp"].every((name) => importsOf(bundle("native")).includes(name)),
    );
    assert.deepEqual(importsOf(bundle("unsigned")), importsOf(bundle("normal")));
  });

  it("refuses a flavour there is not", async () => {
    const flavour = "sour" as Flavour;
    await assert.rejects(
      bundleFirmware({ version: "1.0.0", flavour }),
      /normal,unsigned,native,crash,no-cloud/,
    );
  });
});
