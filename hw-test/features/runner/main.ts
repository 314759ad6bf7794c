import { writeFileSync } from "node:fs";
import { runCommand } from "../../../tools/command-line/command.ts";
import { UsageError } from "../../../tools/command-line/usage-error.ts";
import type { CloudSide } from "../bench/cloud-side.ts";
import { startAwsSide } from "./aws-side.ts";
import { behindBroker } from "./broker-side.ts";
import { junitXml } from "./junit.ts";
import { startLocalSide } from "./local-side.ts";
import { type FeatureOptions, HELP, parseOptions } from "./options.ts";
import { BadFeatures } from "./problem.ts";
import { runFeatures } from "./run.ts";
import { reportText } from "./text.ts";

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) {
    process.stdout.write(HELP);
    return 0;
  }
  const { paths, boards: real, board: others, boot, junit, json } = options;
  const startCloud = () => startCloudOf(options);
  const report = await runFeatures(paths, {
    startCloud,
    boards: { real, others, boot },
    onStep: showStep,
  });
  showStep("");
  process.stdout.write(`\n${reportText(report, { colored: process.stdout.isTTY })}`);
  if (junit !== undefined) writeFileSync(junit, junitXml(report));
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  return report.ok ? 0 : 1;
}

/** One line on a terminal that is written over: the report comes when all is done. */
function showStep(title: string): void {
  const { stderr } = process;
  if (stderr.isTTY) stderr.write(`\r\x1b[K${title.slice(0, stderr.columns - 1)}`);
}

async function startCloudOf({ aws, broker }: FeatureOptions): Promise<CloudSide> {
  if (aws !== undefined) return reached("--cloud aws", startAwsSide(aws));
  const local = await startLocalSide();
  if (broker === undefined) return local;
  try {
    return await reached(`--broker ${broker.host}:${broker.port}`, behindBroker(local, broker));
  } catch (error) {
    await local.stop();
    throw error;
  }
}

/** What cannot be reached is the caller's to mend: no region, no credentials, nobody listening. */
async function reached(option: string, side: Promise<CloudSide>): Promise<CloudSide> {
  try {
    return await side;
  } catch (error) {
    throw new UsageError(`${option}: ${(error as Error).message}`);
  }
}

await runCommand("npm run feature", async (args) => {
  try {
    return await main(args);
  } catch (error) {
    if (!(error instanceof BadFeatures)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
});
