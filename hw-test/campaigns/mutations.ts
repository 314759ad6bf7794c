import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Mutation, mutations } from "./mutation-list.ts";
import type { Result } from "./result.ts";
import type { FailedCase } from "./run-shard.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const entry = "hw-test/campaigns/main.ts";
const copied = ["firmware", "hw-test", "tools", "package.json", "tsconfig.json"];
/** A case takes seconds; one that hangs is not caught. */
const CASE_MAX_MS = 60_000;
const OUTPUT_MAX_BYTES = 4_000_000;
const skipped: ReadonlySet<string> = new Set(["node_modules"]);

/**
 * Puts each bug of the list into a copy of the sources and runs the case that is to catch it; the
 * same case must hold without the bug.
 */
export async function runMutations(print: (text: string) => void): Promise<Result> {
  const startedMs = Date.now();
  const folder = mkdtempSync(join(tmpdir(), "fota-mutations-"));
  const failures: FailedCase[] = [];
  try {
    copySources(folder);
    for (const mutation of mutations) {
      const verdict = await judge(folder, mutation);
      print(`${mutation.name.padEnd(28)} ${verdict ?? `caught by ${caseOf(mutation)}`}\n`);
      if (verdict !== undefined) failures.push(failureOf(mutation, verdict));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const seconds = Math.round((Date.now() - startedMs) / 1000);
  return { name: "mutations", cases: mutations.length, cuts: 0, states: 0, failures, seconds };
}

function copySources(folder: string): void {
  for (const name of copied) {
    cpSync(join(root, name), join(folder, name), {
      recursive: true,
      filter: (path) => !skipped.has(basename(path)),
    });
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
}

/** @returns what is wrong, or undefined when the bug is caught and nothing else is */
async function judge(folder: string, mutation: Mutation): Promise<string | undefined> {
  const clean = await run(folder, mutation);
  if (clean.code !== 0) return "FAILS WITHOUT THE BUG";
  const originals = new Map<string, string>();
  for (const { file, find, replace } of mutation.edits) {
    const path = join(folder, file);
    const source = readFileSync(path, "utf8");
    if (source.split(find).length !== 2) return `NOT APPLIED: ${file} has changed`;
    if (!originals.has(path)) originals.set(path, source);
    writeFileSync(
      path,
      source.replace(find, () => replace),
    );
  }
  const { code, text } = await run(folder, mutation);
  for (const [path, source] of originals) writeFileSync(path, source);
  // A copy that does not even load ends with 1 as well, and has caught nothing.
  return code === 1 && text.includes(`FAILED ${mutation.caseName}`) ? undefined : "NOT CAUGHT";
}

function run(
  folder: string,
  { campaign, caseName }: Mutation,
): Promise<{ readonly code: number; readonly text: string }> {
  const args = [...process.execArgv, join(folder, entry), campaign, "--case", caseName];
  const options = { cwd: folder, timeout: CASE_MAX_MS, maxBuffer: OUTPUT_MAX_BYTES };
  return new Promise((resolve) => {
    let code = -1;
    const child = execFile(process.execPath, args, options, (_, text) => resolve({ code, text }));
    child.on("exit", (exitCode) => {
      code = exitCode ?? -1;
    });
  });
}

function caseOf({ campaign, caseName }: Mutation): string {
  return `${campaign} --case "${caseName}"`;
}

function failureOf(mutation: Mutation, message: string): FailedCase {
  return { campaign: mutation.campaign, name: mutation.caseName, message, log: [] };
}
