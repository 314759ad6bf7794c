import { randomBytes } from "node:crypto";
import { IoTClient } from "@aws-sdk/client-iot";
import { S3Client } from "@aws-sdk/client-s3";
import { print, runCommand } from "../../../tools/command-line/command.ts";
import { UsageError } from "../../../tools/command-line/usage-error.ts";
import { startAwsTarget } from "./awsTarget.ts";
import { startLocalTarget } from "./localTarget.ts";
import { type ConformanceOptions, HELP, parseOptions } from "./options.ts";
import { caseText, reportOf, summaryText } from "./report.ts";
import { type CaseResult, runCase, type Selection, select } from "./run.ts";
import type { Target } from "./target.ts";

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) {
    print(HELP);
    return 0;
  }
  const selections = select(options.only);
  if (selections.length === 0) throw new UsageError(`--only ${options.only}: no case has that`);
  const target = await start(options.target);
  const cases: CaseResult[] = [];
  let left: readonly string[] = [];
  try {
    await runAll(target, selections, cases);
  } finally {
    left = await target.stop();
  }
  const missing = selections.length - cases.length;
  const report = reportOf(options.target.name, { cases, missing, left });
  print(`\n${summaryText(report)}`);
  if (options.json) print(`${JSON.stringify(report)}\n`);
  return report.ok ? 0 : 1;
}

/** One after another; an interrupt lets the case at work end, and clean up. */
async function runAll(
  target: Target,
  selections: readonly Selection[],
  results: CaseResult[],
): Promise<void> {
  let interrupted = false;
  process.once("SIGINT", () => {
    interrupted = true;
    print("\nstopping: the case at work ends, and what was made is deleted\n");
  });
  let chapter = "";
  for (const selection of selections) {
    if (interrupted) return;
    if (selection.chapter !== chapter) print(`\n${selection.chapter}\n`);
    chapter = selection.chapter;
    const result = await runCase(target, selection);
    results.push(result);
    print(caseText(result));
  }
}

async function start(wanted: ConformanceOptions["target"]): Promise<Target> {
  if (wanted.name === "local") return startLocalTarget();
  const { bucket, region, roleArn } = wanted;
  const where = region === undefined ? {} : { region };
  const prefix = `fota-${randomBytes(4).toString("hex")}`;
  print(`AWS: everything this run makes has a name that begins with ${prefix}\n`);
  try {
    const clients = { iot: new IoTClient(where), s3: new S3Client(where) };
    return await startAwsTarget({ ...clients, bucket, roleArn, prefix });
  } catch (error) {
    throw new UsageError(`--target aws: ${(error as Error).message}`);
  }
}

await runCommand("npm run conformance", main);
