import { parseArgs } from "node:util";
import { UsageError } from "../tools/command-line/usage-error.ts";

export const sections = Object.freeze(["hex", "memory", "wear", "link", "series"] as const);
export type Section = (typeof sections)[number];

export interface BenchOptions {
  readonly sections: readonly Section[];
  readonly json: boolean;
}

export const HELP = `Usage: npm run bench -- [options] [SECTION...]

Measures the firmware on the virtual tracker: the real XS engine, modelled flash and link.

  hex      HEX to slot against intel-hex and nrf-intel-hex, on XS
  memory   heap of the idle tracker by part, and what an update needs beyond it
  wear     flash operations and bytes on the air, clean and with drops
  link     an update over a modelled LTE-M link, in real time
  series   20 updates in a row: what grows

Without a SECTION all of them, which takes about two minutes.

  --json   print one JSON object as the last line
  --help   print this

Exit codes: 0 measured, whether goals are met or not; 2 usage. Times depend on the machine, counts
and bytes do not.
`;

/**
 * @returns undefined when help was asked for
 * @throws UsageError for an unknown option or section
 */
export function parseOptions(args: readonly string[]): BenchOptions | undefined {
  const { values, positionals } = parse(args);
  if (values.help === true) return undefined;
  for (const name of positionals) {
    if (!sections.some((section) => section === name)) {
      throw new UsageError(`there is no section "${name}"; known: ${sections.join(", ")}`);
    }
  }
  const isWanted = (section: Section) => positionals.length === 0 || positionals.includes(section);
  return { sections: sections.filter(isWanted), json: values.json === true };
}

function parse(args: readonly string[]) {
  const options = { json: { type: "boolean" }, help: { type: "boolean" } } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const { message } = error as Error;
    throw new UsageError(`${message.split(". ")[0]} (npm run bench -- --help lists the options)`);
  }
}
