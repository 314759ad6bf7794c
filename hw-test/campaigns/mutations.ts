import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../../tools/command-line/usage-error.ts";
import { catcherText, runCatcher } from "./catcher.ts";
import type { Edit, Mutation } from "./mutation.ts";
import { mutations } from "./mutation-list.ts";
import type { Result } from "./result.ts";
import type { FailedCase } from "./run-shard.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const copied = ["docs", "firmware", "hw-test", "tools", "package.json", "tsconfig.json"];
const skipped: ReadonlySet<string> = new Set(["node_modules"]);

/**
 * Puts each bug of the list into a copy of the sources and runs the case or test that is to catch it;
 * the same must hold without the bug.
 * @param name of the one that is wanted
 * @throws UsageError if there is none of that name
 */
export async function runMutations(
  print: (text: string) => void,
  name: string | undefined,
): Promise<Result> {
  const startedMs = Date.now();
  const wanted = mutations.filter((one) => name === undefined || one.name === name);
  if (wanted.length === 0) throw new UsageError(`--case: no deliberate bug ${name}`);
  const folder = mkdtempSync(join(tmpdir(), "fota-mutations-"));
  const failures: FailedCase[] = [];
  try {
    copySources(folder);
    for (const mutation of wanted) {
      const problem = await problemWith(mutation, folder);
      print(`${mutation.name.padEnd(34)} ${problem ?? `caught by ${catcherText(mutation)}`}\n`);
      if (problem !== undefined) failures.push(failureOf(mutation, problem));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const seconds = Math.round((Date.now() - startedMs) / 1000);
  return { name: "mutations", cases: wanted.length, cuts: 0, states: 0, failures, seconds };
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

/** @returns undefined when the bug is caught and nothing else is; the folder is then as before */
async function problemWith(mutation: Mutation, folder: string): Promise<string | undefined> {
  if ((await runCatcher(mutation, folder)) !== "held") return "FAILS WITHOUT THE BUG";
  const originals = new Map<string, string>();
  try {
    for (const edit of mutation.edits) {
      if (!apply(edit, folder, originals)) return `NOT APPLIED: ${edit.file} has changed`;
    }
    return (await runCatcher(mutation, folder)) === "failed" ? undefined : "NOT CAUGHT";
  } finally {
    for (const [path, source] of originals) writeFileSync(path, source);
  }
}

/** @param originals takes the source as it was before the first edit */
function apply({ file, find, replace }: Edit, folder: string, originals: Map<string, string>) {
  const path = join(folder, file);
  const source = readFileSync(path, "utf8");
  if (source.split(find).length !== 2) return false;
  if (!originals.has(path)) originals.set(path, source);
  writeFileSync(
    path,
    source.replace(find, () => replace),
  );
  return true;
}

function failureOf({ name }: Mutation, message: string): FailedCase {
  return { campaign: "mutations", name, message, log: [] };
}
