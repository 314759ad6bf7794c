import { print, runCommand } from "../command-line/command.ts";
import { CommandFailed } from "../command-line/command-failed.ts";
import { asksForHelp, defineCommand, helpText } from "../command-line/definition.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { build } from "./verbs/build.ts";
import { flash } from "./verbs/flash.ts";
import { inspect } from "./verbs/inspect.ts";
import { keygen } from "./verbs/keygen.ts";
import { monitor } from "./verbs/monitor.ts";
import { pack } from "./verbs/pack.ts";

/** One file a verb, in the order of their use. */
const verbs = [keygen, pack, inspect, build, flash, monitor];

const program = defineCommand("fota").description(
  "From an application to a job for trackers: keys, packing, a look at files, boards. " +
    "fota VERB --help tells of each.",
);
for (const verb of verbs) program.addCommand(verb);

async function main(args: readonly string[]): Promise<number> {
  if (asksForHelp(args)) {
    print(helpText(verbs.find((verb) => verb.name() === args[0]) ?? program));
    return 0;
  }
  if (args.length === 0) throw new UsageError("what? (fota --help lists the verbs)");
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    throw asOneLine(error as Error);
  }
  return 0;
}

/** What no verb has foreseen is a bug of fota; FOTA_STACK=1 shows where. */
function asOneLine(error: Error): Error {
  if (error instanceof UsageError || process.env["FOTA_STACK"] === "1") return error;
  return new CommandFailed(error.message);
}

await runCommand("fota", main);
