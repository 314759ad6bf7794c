import assert from "node:assert/strict";
import { join, relative } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { sdkIsMissing } from "./sdk.ts";

const skip = sdkIsMissing() ?? false;
const root = fileURLToPath(new URL("../../", import.meta.url));
const sdk = process.env["MODDABLE"] ?? "";
const ofNpm = "node_modules/@moddable/typings/";
/** The SDK has typings of these, npm's package has not: there `modules.d.ts` stands in. */
const ofSdkOnly = [
  "global.d.ts",
  "crypt.d.ts",
  "embedded/storage/flash.d.ts",
  "embedded/storage/key-value.d.ts",
  "embedded_io/system.d.ts",
  "embedded_io/socket/tls.d.ts",
];

function typingsOf(name: string): string {
  return name === "xs.d.ts" ? join(sdk, "xs/includes/xs.d.ts") : join(sdk, "typings", name);
}

/** The files of a project with the SDK's typings in the place of npm's. */
function programOf(tsconfig: string): ts.Program {
  const host = {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: ({ messageText }: ts.Diagnostic) => {
      throw new Error(ts.flattenDiagnosticMessageText(messageText, " "));
    },
  };
  const parsed = ts.getParsedCommandLineOfConfigFile(join(root, tsconfig), {}, host);
  assert.ok(parsed !== undefined);
  const files = parsed.fileNames
    .map((name) => relative(root, name))
    .filter((name) => name !== "firmware/platforms/moddable/modules.d.ts")
    .map((name) =>
      name.startsWith(ofNpm) ? typingsOf(name.slice(ofNpm.length)) : join(root, name),
    );
  return ts.createProgram([...files, ...ofSdkOnly.map(typingsOf)], parsed.options);
}

function complaints(program: ts.Program): string[] {
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const where = file === undefined ? "" : relative(root, file.fileName);
    return `${where}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
}

describe("the Moddable adapter with the typings of the SDK", { skip }, () => {
  for (const project of ["firmware/platforms/moddable", "examples/sensor-loop"]) {
    it(`compiles: ${project}`, () => {
      const program = programOf(`${project}/tsconfig.json`);
      assert.deepEqual(complaints(program), []);
      const names = program.getSourceFiles().map(({ fileName }) => fileName);
      assert.ok(names.includes(join(root, "firmware/platforms/moddable/socket.ts")));
      assert.ok(names.some((name) => name.startsWith(join(sdk, "typings"))));
      assert.deepEqual(
        names.filter((name) => name.includes(ofNpm)),
        [],
      );
    });
  }
});
