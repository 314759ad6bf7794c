import { print, runCommand } from "../command-line/command.ts";
import { CommandFailed } from "../command-line/command-failed.ts";
import { asksForHelp, defineCommand, helpText } from "../command-line/definition.ts";
import { UsageError } from "../command-line/usage-error.ts";

/** One file a verb, in the order of their use; loaded when it is asked for: some are slow to load. */
const verbs = {
  keygen: async () => (await import("./verbs/keygen.ts")).keygen,
  pack: async () => (await import("./verbs/pack.ts")).pack,
  inspect: async () => (await import("./verbs/inspect.ts")).inspect,
  build: async () => (await import("./verbs/build.ts")).build,
  flash: async () => (await import("./verbs/flash.ts")).flash,
  monitor: async () => (await import("./verbs/monitor.ts")).monitor,
  cloud: async () => (await import("./verbs/cloud.ts")).cloud,
  deploy: async () => (await import("./verbs/deploy.ts")).deploy,
  watch: async () => (await import("./verbs/watch.ts")).watch,
  pause: async () => (await import("./verbs/pause.ts")).pause,
  resume: async () => (await import("./verbs/resume.ts")).resume,
  abort: async () => (await import("./verbs/abort.ts")).abort,
  rollback: async () => (await import("./verbs/rollback.ts")).rollback,
  fleet: async () => (await import("./verbs/fleet.ts")).fleet,
} as const;

async function main(args: readonly string[]): Promise<number> {
  const [wanted = ""] = args;
  const program = await loadProgram(wanted);
  if (asksForHelp(args)) {
    print(helpText(program.commands.find((verb) => verb.name() === wanted) ?? program));
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

/** With the verb that is wanted, or with all of them. */
async function loadProgram(wanted: string) {
  const program = defineCommand("fota").description(
    "From an application to a job for trackers: keys, packing, a look at files, boards, a fleet. " +
      "fota VERB --help tells of each.",
  );
  const load = Object.hasOwn(verbs, wanted)
    ? [verbs[wanted as keyof typeof verbs]]
    : Object.values(verbs);
  for (const loaded of await Promise.all(load.map((one) => one()))) program.addCommand(loaded);
  return program;
}

/** What no verb has foreseen is a bug of fota; FOTA_STACK=1 shows where. */
function asOneLine(error: Error): Error {
  if (error instanceof UsageError || process.env["FOTA_STACK"] === "1") return error;
  return new CommandFailed(error.message);
}

await runCommand("fota", main);
