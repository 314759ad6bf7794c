import { parseArgs } from "node:util";
import { UsageError } from "../../tools/command-line/usage-error.ts";
import { campaigns } from "./campaigns.ts";

export interface CampaignOptions {
  /** Names of campaigns, or `mutations` alone. */
  readonly names: readonly string[];
  readonly seed: number;
  readonly limit: number | undefined;
  /** One case, by its name. */
  readonly caseName: string | undefined;
  /** `model`: in one process and virtual time; `xs`: on the virtual tracker, real XS and sockets. */
  readonly on: "model" | "xs" | "both";
  readonly json: boolean;
}

const known = campaigns.map(({ name }) => name);
const list = campaigns.map(({ name, about }) => `  ${name.padEnd(10)} ${about}`).join("\n");

export const HELP = `Usage: npm run campaign -- [${known.join("|")}|all|mutations] [options]

Does to an update all that can happen to it, and checks after each case that nothing is lost: the
platform-free core in virtual time, and a sample on the virtual tracker (XS, real sockets).

${list}
  all        all of them, and the sample on the virtual tracker (default)
  mutations  puts known bugs into a copy of the firmware and checks that a case catches each

  --seed S     for all that is drawn (default 1); the same seed is the same run
  --cases N    a sample of about N cases of each campaign
  --case NAME  one case, by the name that a failure gives
  --on xs      only the sample on the virtual tracker; --on model: only the cases in virtual time
  --json       print one JSON object as the last line
  --help       print this

Exit codes: 0 every case held, 1 one did not, 2 usage.

Examples:
  npm run campaign
  npm run campaign -- power --cases 500 --seed 7
  npm run campaign -- power --case "map=p512w4 cut=17i cut=4b"
`;

const forms = {
  seed: { type: "string" },
  cases: { type: "string" },
  case: { type: "string" },
  on: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

/**
 * @returns undefined when help was asked for
 * @throws UsageError
 */
export function parseOptions(args: readonly string[]): CampaignOptions | undefined {
  const { values, positionals } = parse(args);
  if (values.help === true) return undefined;
  const names = namesOf(positionals);
  if (values.case !== undefined && (names.length !== 1 || names[0] === "mutations")) {
    throw new UsageError("--case NAME needs the one campaign that it is of");
  }
  return {
    names,
    seed: number("--seed", values.seed) ?? 1,
    limit: number("--cases", values.cases),
    caseName: values.case,
    on: target(values.on, positionals.length === 0 || positionals.includes("all")),
    json: values.json === true,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: forms, allowPositionals: true });
  } catch (error) {
    const { message } = error as Error;
    throw new UsageError(
      `${message.split(". ")[0]} (npm run campaign -- --help lists the options)`,
    );
  }
}

function namesOf(positionals: readonly string[]): readonly string[] {
  const [first = "all", second] = positionals;
  if (second !== undefined) throw new UsageError(`one campaign at a time, not ${second} as well`);
  if (first === "all") return known;
  if (first === "mutations" || known.includes(first)) return [first];
  throw new UsageError(`no campaign ${first}: ${known.join(", ")}, all, mutations`);
}

function target(text: string | undefined, isAll: boolean): CampaignOptions["on"] {
  if (text === undefined) return isAll ? "both" : "model";
  if (text === "xs" || text === "model") return text;
  throw new UsageError(`--on ${text}: xs or model`);
}

function number(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text) || (option === "--cases" && Number(text) === 0)) {
    throw new UsageError(`${option} ${text}: not a number`);
  }
  return Number(text);
}
