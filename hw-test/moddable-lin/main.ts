import { print, runCommand } from "../../tools/command-line/command.ts";
import { defineCommand, helpText, readArguments } from "../../tools/command-line/definition.ts";
import { UsageError } from "../../tools/command-line/usage-error.ts";
import { makeImage } from "../../tools/image/mcuboot.ts";
import { withSdkBench } from "./bench.ts";
import { buildLoader, buildPrograms, sdkIsMissing } from "./sdk.ts";

const OLD_VERSION = "1.0.0";
const NEW_VERSION = "1.0.1";

const command = defineCommand("npm run moddable --").description(
  "One update on the Moddable SDK's own Linux runtime and TLS: builds the tracker twice with the SDK's\n" +
    "tools, starts a local AWS and a tracker, and waits for the new version to confirm itself.\n" +
    "MODDABLE names the SDK, as for mcconfig. The first time this takes a few minutes.",
);

async function main(args: readonly string[]): Promise<number> {
  if (!readArguments(command, args)) {
    print(helpText(command));
    return 0;
  }
  const missing = sdkIsMissing();
  if (missing !== undefined) throw new UsageError(missing);
  print("building the tracker with the SDK (the first time this takes minutes)\n");
  const loader = await buildLoader();
  const [old, next] = await buildPrograms([OLD_VERSION, NEW_VERSION]);
  return withSdkBench(loader, async (bench) => {
    const { tracker } = bench;
    tracker.on("line", (line) => print(`  ${line}\n`));
    tracker.flash(makeImage({ body: old, version: OLD_VERSION }));
    bench.provision();
    const image = makeImage({ body: next, version: NEW_VERSION });
    const job = bench.newJob(image, NEW_VERSION);
    await job.create();
    tracker.powerOn();
    const { status, statusDetails } = await bench.end(job);
    const { image: running, isConfirmed } = tracker.primary();
    const state = isConfirmed ? "confirmed" : "unconfirmed";
    const { reason, detail } = statusDetails;
    const why = reason === undefined ? "" : ` (${reason}: ${detail})`;
    const isDone = status === "SUCCEEDED" && running?.version === NEW_VERSION && isConfirmed;
    print(`${isDone ? "done: " : ""}job ${status}${why}; ${image.byteLength} bytes of image\n`);
    print(`the tracker runs ${running?.version}, ${state}\n`);
    return isDone ? 0 : 1;
  });
}

await runCommand("npm run moddable", main);
