import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "rollup";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const output = join(root, "build/node-board");
/** What the board is made of. */
const SOURCES = ["hw-test/trackers", "hw-test/desk", "firmware", "tools/image"];

/** Whether they are right is the type check's business. */
const eraseTypes: Plugin = {
  name: "erase-types",
  async transform(source) {
    const { default: ts } = await import("typescript");
    const compilerOptions = {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
    };
    return { code: ts.transpileModule(source, { compilerOptions }).outputText, map: null };
  },
};

let built: Promise<string> | undefined;

/**
 * Bundles the board that runs in Node, once per process: a power cycle then starts in milliseconds.
 * @returns the path of its main module
 */
export function buildNodeBoard(): Promise<string> {
  built ??= bundle();
  return built;
}

async function bundle(): Promise<string> {
  const folder = join(output, hashOfSources());
  if (!existsSync(folder)) await write(folder);
  return join(folder, "main.mjs");
}

/** Complete under its name, or not there: processes may build it at once. */
async function write(folder: string): Promise<void> {
  const unfinished = `${folder}.${process.pid}`;
  // Not there where fota came with the package.
  const { rollup } = await import("rollup");
  const build = await rollup({
    input: {
      main: join(root, "hw-test/trackers/node/main.ts"),
      processor: join(root, "hw-test/trackers/node/processor.ts"),
    },
    external: /^node:/,
    plugins: [eraseTypes],
  });
  try {
    await build.write({ dir: unfinished, format: "es", entryFileNames: "[name].mjs" });
  } finally {
    await build.close();
  }
  mkdirSync(output, { recursive: true });
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
}

function hashOfSources(): string {
  const hash = createHash("sha256");
  for (const source of SOURCES) {
    const names = readdirSync(join(root, source), { recursive: true }).map(String).sort();
    for (const name of names.filter((one) => /(?<!\.test)\.ts$/.test(one))) {
      hash.update(`${name}\0`).update(readFileSync(join(root, source, name)));
    }
  }
  return hash.digest("hex").slice(0, 16);
}
