import { print, runCommand } from "../../tools/command-line/command.ts";
import { HELP, parseOptions, type RunOptions } from "./options.ts";
import { progressDisplay } from "./progress.ts";
import { describeEnd, isDone, summary } from "./result.ts";
import { runUpdate } from "./update-run.ts";

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) {
    process.stdout.write(HELP);
    return 0;
  }
  print("building the board and the firmware (the first time this takes a minute)\n");
  const result = await runUpdate(options, (total) => progressDisplay(total, process.stdout));
  print(`\n${summary(result)}\n`);
  const done = isDone(result, options.stopBeforeBoot);
  print(`${done ? doneText(options, result.to) : describeEnd(result)}\n`);
  if (options.json) print(`${JSON.stringify(result)}\n`);
  return done ? 0 : 1;
}

function doneText({ stopBeforeBoot }: RunOptions, version: string): string {
  if (stopBeforeBoot) return `done: the swap to ${version} is requested`;
  return `done: the tracker runs ${version}, confirmed`;
}

await runCommand("npm start", main);
