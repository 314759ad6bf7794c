import { defineCommand, helpText, readArguments } from "../tools/command-line/definition.ts";
import { UsageError } from "../tools/command-line/usage-error.ts";
import { each } from "../tools/command-line/values.ts";

export const sections = Object.freeze([
  "hex",
  "memory",
  "wear",
  "link",
  "series",
  "soak",
  "patch",
  "ways",
  "cortex-m",
] as const);
export type Section = (typeof sections)[number];

export interface BenchOptions {
  readonly sections: readonly Section[];
  readonly json: boolean;
}

const command = defineCommand("npm run bench --")
  .description(
    "Measures the firmware on the virtual tracker: the real XS engine, modelled flash and link.",
  )
  .argument("[SECTION...]", "", each(readSection))
  .option("--json", "print one JSON object as the last line")
  .addHelpText(
    "after",
    `
Sections:
  hex      HEX to slot against intel-hex and nrf-intel-hex: instructions of a Cortex-M4
  memory   heap of the idle tracker by part, and what an update needs beyond it
  wear     flash operations and bytes on the air, clean and with drops
  link     an update over a modelled LTE-M link, in real time
  series   20 updates in a row: what grows
  soak     200 of them with power cuts and broken downloads; only if it is named, 10 minutes and more
  patch    sizes of patches over this repository's history, nine pairs; builds ten images
  ways     an update by HEX file, packed and as a patch: bytes on the air, time, instructions; five minutes
  cortex-m instructions of an update on a Cortex-M4 in QEMU, by phase and function (docs/dev-kit.md)

Without a SECTION all of them, which takes about a quarter of an hour.

Exit codes: 0 measured, whether goals are met or not; 2 usage. Times depend on the machine, counts
and bytes do not.`,
  );

export const HELP = helpText(command);

/**
 * @returns undefined when help was asked for
 * @throws UsageError for an unknown option or section
 */
export function parseOptions(args: readonly string[]): BenchOptions | undefined {
  if (!readArguments(command, args)) return undefined;
  const [wanted] = command.processedArgs;
  const isWanted = (section: Section) =>
    wanted.length === 0 ? section !== "soak" : wanted.includes(section);
  return { sections: sections.filter(isWanted), json: command.opts().json === true };
}

function readSection(name: string): Section {
  const known = sections.find((section) => section === name);
  if (known !== undefined) return known;
  throw new UsageError(`there is no section "${name}"; known: ${sections.join(", ")}`);
}
