import { once } from "node:events";
import { print, runCommand } from "../../tools/command-line/command.ts";
import { engineIsMissing } from "../trackers/boards.ts";
import { Looking } from "./looking.ts";
import { HELP, parseOptions, type RunOptions } from "./options.ts";
import { progressDisplay } from "./progress.ts";
import { describeEnd, isDone, summary } from "./result.ts";
import { runUpdate } from "./update-run.ts";

const WARNING =
  "INTEGRITY ONLY (--unsigned): no signature is made or checked; the tracker installs whatever its " +
  "jobs name";

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) {
    process.stdout.write(HELP);
    return 0;
  }
  if (options.unsigned) print(`${WARNING}\n`);
  if (options.board === "node") print(`${nodeText(options)}\n`);
  print("building the board and the firmware (the first time this takes a minute)\n");
  const looking = await Looking.start(options);
  if (looking?.url !== undefined) print(`page: ${looking.url}\n`);
  try {
    return await runWatched(options, looking);
  } finally {
    await looking?.stop();
  }
}

async function runWatched(options: RunOptions, looking: Looking | undefined): Promise<number> {
  const newDisplay = (total: number) => progressDisplay(total, process.stdout);
  const result = await runUpdate(options, newDisplay, looking);
  print(`\n${summary(result)}\n`);
  const done = isDone(result, options.stopBeforeBoot);
  print(`${done ? doneText(options, result.to) : describeEnd(result)}\n`);
  if (options.report !== undefined) print(`report: ${options.report}\n`);
  const page = looking?.url;
  if (page !== undefined) print(`the page stays at ${page} until Ctrl-C\n`);
  if (options.json) print(`${JSON.stringify(result)}\n`);
  if (page !== undefined) await interrupted();
  return done ? 0 : 1;
}

function interrupted(): Promise<unknown> {
  return Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
}

/** What it is, and what brings the engine. */
function nodeText({ isBoardChosen }: RunOptions): string {
  const what = "the client runs in a Node process, not on XS";
  const problem = engineIsMissing();
  if (isBoardChosen || problem === undefined) return what;
  return `${what}: ${problem}`;
}

function doneText({ stopBeforeBoot, unsigned }: RunOptions, version: string): string {
  const what = stopBeforeBoot
    ? `the swap to ${version} is requested`
    : `the tracker runs ${version}, confirmed`;
  return `done: ${what}${unsigned ? "; INTEGRITY ONLY, it checks no signatures" : ""}`;
}

await runCommand("npm start", main);
