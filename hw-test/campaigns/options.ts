import { defineCommand, helpText, readArguments } from "../../tools/command-line/definition.ts";
import { UsageError } from "../../tools/command-line/usage-error.ts";
import { oneOf, wholeNumber } from "../../tools/command-line/values.ts";
import { campaigns } from "./campaigns.ts";

export interface CampaignOptions {
  /** Names of campaigns, or `mutations` alone. */
  readonly names: readonly string[];
  readonly seed: number;
  readonly limit: number | undefined;
  /** One case, or one deliberate bug, by its name. */
  readonly caseName: string | undefined;
  /** `model`: in one process and virtual time; `xs`: on the virtual tracker, real XS and sockets. */
  readonly on: "model" | "xs" | "cortex-m" | "both";
  readonly json: boolean;
}

const known = campaigns.map(({ name }) => name);
const list = campaigns.map(({ name, about }) => `  ${name.padEnd(10)} ${about}`).join("\n");

const command = defineCommand("npm run campaign --")
  .usage(`[${known.join("|")}|all|mutations] [options]`)
  .description(
    "Does to an update all that can happen to it, and checks after each case that nothing is " +
      "lost: the platform-free core in virtual time, and a sample on the virtual tracker (XS, " +
      "real sockets).",
  )
  .argument("[CAMPAIGN]")
  .option(
    "--seed <S>",
    "for all that is drawn; the same seed is the same run",
    wholeNumber({ least: 0, most: 999_999_999 }),
    1,
  )
  .option(
    "--cases <N>",
    "a sample of about N cases of each campaign",
    wholeNumber({ least: 1, most: 999_999_999 }),
  )
  .option("--case <NAME>", "one case, by the name that a failure gives")
  .option(
    "--on <WHAT>",
    "xs: only the sample on the virtual tracker; cortex-m: some of it on a Cortex-M4 in QEMU; " +
      "model: only the cases in virtual time",
    oneOf("xs", "cortex-m", "model"),
  )
  .option("--json", "print one JSON object as the last line")
  .addHelpText(
    "after",
    `
Campaigns:
${list}
  all        all of them, and the sample on the virtual tracker (default)
  mutations  puts known bugs into a copy of the firmware and checks that a case or a test catches each

Exit codes: 0 every case held, 1 one did not, 2 usage.

Examples:
  npm run campaign
  npm run campaign -- power --cases 500 --seed 7
  npm run campaign -- power --case "map=p512w4 cut=17i cut=4b"`,
  );

export const HELP = helpText(command);

/**
 * @returns undefined when help was asked for
 * @throws UsageError
 */
export function parseOptions(args: readonly string[]): CampaignOptions | undefined {
  if (!readArguments(command, args)) return undefined;
  const [campaign = "all"] = command.processedArgs;
  const names = namesOf(campaign);
  const { seed, cases, case: caseName, on, json = false } = command.opts();
  if (caseName !== undefined && names.length !== 1) {
    throw new UsageError("--case NAME needs the one campaign that it is of");
  }
  const defaultOn = campaign === "all" ? "both" : "model";
  return { names, seed, limit: cases, caseName, on: on ?? defaultOn, json };
}

function namesOf(campaign: string): readonly string[] {
  if (campaign === "all") return known;
  if (campaign === "mutations" || known.includes(campaign)) return [campaign];
  throw new UsageError(`no campaign ${campaign}: ${known.join(", ")}, all, mutations`);
}
