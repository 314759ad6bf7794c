import { print, runCommand } from "../../tools/command-line/command.ts";
import { UsageError } from "../../tools/command-line/usage-error.ts";
import { campaignNamed } from "./campaigns.ts";
import { runMutations } from "./mutations.ts";
import { type CampaignOptions, HELP, parseOptions } from "./options.ts";
import { runInProcesses } from "./processes.ts";
import { type Result, reproduction, resultLine } from "./result.ts";
import { runCase, type Tally } from "./run-shard.ts";
import { runOnXs } from "./xs.ts";

const LOG_LINES = 25;

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) {
    print(HELP);
    return 0;
  }
  const startedMs = Date.now();
  print(`seed ${options.seed}\n`);
  const results = await run(options);
  const failures = results.flatMap(({ failures }) => failures);
  for (const failure of failures) {
    print(`\nFAILED ${failure.name}\n  ${failure.message}\n`);
    if (options.caseName !== undefined) print(`${failure.log.slice(-LOG_LINES).join("\n")}\n`);
    print(`  again: ${reproduction(failure, options.seed)}\n`);
  }
  const seconds = Math.round((Date.now() - startedMs) / 1000);
  print(`\n${failures.length === 0 ? "all held" : `${failures.length} failed`}, ${seconds} s\n`);
  if (options.json) {
    print(`${JSON.stringify({ seed: options.seed, seconds, campaigns: results, failures })}\n`);
  }
  return failures.length === 0 ? 0 : 1;
}

async function run(options: CampaignOptions): Promise<Result[]> {
  if (options.names.includes("mutations")) {
    return [await runMutations(print, options.caseName)];
  }
  const results: Result[] = [];
  const add = async (name: string, work: () => Promise<Tally>): Promise<void> => {
    const startedMs = Date.now();
    const { cases, cuts, states, failures } = await work();
    const seconds = Math.round((Date.now() - startedMs) / 1000);
    const result = { name, cases, cuts, states: states.size, failures, seconds };
    results.push(result);
    print(`${resultLine(result)}\n`);
  };
  const { names, seed, limit, caseName } = options;
  for (const name of options.on === "xs" || options.on === "cortex-m" ? [] : names) {
    const missing = campaignNamed(name)?.missing?.();
    if (missing !== undefined) print(`${name.padEnd(9)} goes without an oracle: ${missing}\n`);
    await add(name, () =>
      caseName === undefined
        ? runInProcesses(name, { seed, limit })
        : runOne(name, { caseName, seed }),
    );
  }
  if (options.on === "cortex-m") await add("cortex-m", () => runOnXs(names, options, "cortex-m"));
  else if (options.on !== "model") await add("xs", () => runOnXs(names, options, "linux"));
  return results;
}

async function runOne(
  name: string,
  { caseName, seed }: { readonly caseName: string; readonly seed: number },
): Promise<Tally> {
  const campaign = campaignNamed(name);
  if (campaign === undefined) throw new UsageError(`no campaign ${name}`);
  const tally: Tally = { cases: 0, cuts: 0, states: new Set(), failures: [] };
  try {
    await runCase(name, campaign.caseOf(caseName, seed), tally);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`--case: ${error.message}`);
  }
  return tally;
}

await runCommand("npm run campaign", main);
