/**
 * By hand, `npx tsx tools/fota/testing/rollout-of-fifty.ts`: 50 virtual trackers in one group, all on; a bad
 * image that stops after the threshold, then a good one to all of them. Some minutes, and all the processor.
 */
import type { VirtualTracker } from "../../../hw-test/trackers/virtual/tracker.ts";
import { asBuilt, buildImage } from "../../build/image.ts";
import { Folder } from "./run-fota.ts";
import { StandingCloud } from "./standing-cloud.ts";

const names = Array.from({ length: 50 }, (_, index) => `tracker-${index + 1}`);
const folder = new Folder();
const cloud = await StandingCloud.in(folder);
const trackers: VirtualTracker[] = [];

async function fota(...args: readonly string[]): Promise<void> {
  const { code, output, errors } = await cloud.fota(...args);
  const seconds = Math.round(performance.now() / 1000);
  process.stdout.write(`[${seconds} s] fota ${args.join(" ")}: exit ${code}\n`);
  const lines = `${output}${errors}`.trimEnd().split("\n");
  process.stdout.write(`${lines.slice(-4).join("\n")}\n`);
}

try {
  await cloud.start("--thing", ...names, "--group", "field");
  process.stdout.write(`. ${folder.file("cloud/env")}\n`);
  const { image } = await buildImage({ version: "1.0.0", flavour: "normal" });
  for (const name of names) trackers.push(await cloud.tracker(name, image));
  for (const tracker of trackers) await tracker.powerOn();

  folder.write("bad.js", 'throw new Error("a bad image");\n');
  await fota("pack", "bad.js", "--version", "1.0.1", "--location", "s3://fota-bucket/");
  const bad = ["--group", "field", "--rate", "10", "--abort", "FAILED:20:5", "--job-id", "bad"];
  await fota("deploy", "1.0.1.hex", ...bad);
  await fota("watch", "bad");

  const good = await buildImage({ version: "1.0.2", flavour: "normal" });
  folder.write("good.hex", asBuilt(good.image).hex);
  await fota("pack", "good.hex", "--location", "s3://fota-bucket/");
  const growing = ["--base-rate", "10", "--increase-after", "10", "--abort", "ALL:20:5"];
  await fota("deploy", "1.0.2.hex", "--group", "field", ...growing, "--job-id", "good");
  await fota("watch", "good");
} finally {
  for (const tracker of trackers) await tracker.stop();
  await cloud.kill("SIGTERM");
  folder.remove();
}
