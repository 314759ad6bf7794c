import { print, runCommand } from "../../tools/command-line/command.ts";
import { defineCommand, helpText, readArguments } from "../../tools/command-line/definition.ts";
import { UsageError } from "../../tools/command-line/usage-error.ts";
import { sdkIsMissing } from "./sdk.ts";
import { buildParts, runSdkUpdate, type SdkUpdate } from "./update.ts";

const command = defineCommand("npm run moddable --").description(
  "One update on the Moddable SDK's own Linux runtime and TLS: builds examples/sensor-loop twice with\n" +
    "the SDK's tools, starts a local AWS and a tracker, and waits until the new version has confirmed\n" +
    "itself. MODDABLE names the SDK, as for mcconfig. The first time this takes some minutes.",
);

async function main(args: readonly string[]): Promise<number> {
  if (!readArguments(command, args)) {
    print(helpText(command));
    return 0;
  }
  const missing = sdkIsMissing();
  if (missing !== undefined) throw new UsageError(missing);
  print("building the tracker with the SDK (the first time this takes minutes)\n");
  const update = await runSdkUpdate(await buildParts(), ({ tracker }) => {
    tracker.on("line", (line) => print(`  ${line}\n`));
  });
  print(`${endText(update)}\n`);
  return update.isDone ? 0 : 1;
}

function endText({ job, running, isConfirmed, isDone, imageBytes }: SdkUpdate): string {
  const { status, statusDetails } = job;
  const { reason, detail } = statusDetails;
  const why = reason === undefined ? "" : ` (${reason}: ${detail})`;
  const state = isConfirmed ? "confirmed" : "unconfirmed";
  const end = isDone ? "done: " : "";
  return `${end}job ${status}${why}, ${imageBytes} bytes of image; the tracker runs ${running}, ${state}`;
}

await runCommand("npm run moddable", main);
