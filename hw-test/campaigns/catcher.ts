import { execFile } from "node:child_process";
import { join } from "node:path";

/** What must fail on a bug, and hold without it. */
export type Catcher = CampaignCase | NamedTest;

export interface CampaignCase {
  readonly campaign: string;
  readonly caseName: string;
}

/** One test of a test file; what stands around it runs as well. */
export interface NamedTest {
  /** In the repository. */
  readonly testFile: string;
  /** As in `it(…)` or `test(…)`. */
  readonly testName: string;
}

export type Verdict = "held" | "failed" | "neither";

/** It takes seconds; one that hangs has caught nothing. */
const RUN_MAX_MS = 60_000;
const OUTPUT_MAX_BYTES = 4_000_000;

/** Runs it on the sources in `folder`. */
export async function runCatcher(catcher: Catcher, folder: string): Promise<Verdict> {
  const { code, text } = await runNode(argumentsFor(catcher, folder), folder);
  // A copy that does not even load ends with 1 as well, and has caught nothing.
  if (code === 1 && hasLine(text, failedLine(catcher))) return "failed";
  return code === 0 && hasLine(text, heldLine(catcher)) ? "held" : "neither";
}

export function catcherText(catcher: Catcher): string {
  return "campaign" in catcher
    ? `${catcher.campaign} --case "${catcher.caseName}"`
    : `${catcher.testFile}: ${catcher.testName}`;
}

function argumentsFor(catcher: Catcher, folder: string): string[] {
  if ("campaign" in catcher) {
    const entry = join(folder, "hw-test/campaigns/main.ts");
    return [entry, catcher.campaign, "--case", catcher.caseName];
  }
  const pattern = `--test-name-pattern=^${escaped(catcher.testName)}$`;
  return ["--test-reporter=tap", pattern, "--test", join(folder, catcher.testFile)];
}

/** A TAP line of a test that did not run ends with `# SKIP`. */
function failedLine(catcher: Catcher): RegExp {
  return "campaign" in catcher
    ? new RegExp(`^FAILED ${escaped(catcher.caseName)}$`)
    : new RegExp(`^ *not ok \\d+ - ${escaped(catcher.testName)}$`);
}

function heldLine(catcher: Catcher): RegExp {
  return "campaign" in catcher
    ? /^all held,/
    : new RegExp(`^ *ok \\d+ - ${escaped(catcher.testName)}$`);
}

function hasLine(text: string, line: RegExp): boolean {
  return text.split("\n").some((one) => line.test(one));
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

function runNode(
  args: readonly string[],
  folder: string,
): Promise<{ readonly code: number; readonly text: string }> {
  // Left set by a test runner around this one, it would have a test speak another language than TAP.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const options = { cwd: folder, env, timeout: RUN_MAX_MS, maxBuffer: OUTPUT_MAX_BYTES };
  return new Promise((resolve) => {
    let code = -1;
    const child = execFile(
      process.execPath,
      [...process.execArgv, ...args],
      options,
      (_error, text) => resolve({ code, text }),
    );
    child.on("exit", (exitCode) => {
      code = exitCode ?? -1;
    });
  });
}
