import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import type { VirtualTracker } from "../../../hw-test/trackers/virtual/tracker.ts";
import { asBuilt, buildImage } from "../../build/image.ts";
import { Folder } from "../testing/run-fota.ts";
import { StandingCloud } from "../testing/standing-cloud.ts";

const folder = new Folder();
const names = Array.from({ length: 50 }, (_, index) => `t${index + 1}`);
const trackers: VirtualTracker[] = [];
let cloud: StandingCloud;

/** Runs a verb that is to end with `code`. @returns its standard output */
async function fota(code: number, ...args: readonly string[]): Promise<string> {
  const ended = await cloud.fota(...args);
  assert.equal(ended.code, code, `${args.join(" ")}: ${ended.output}${ended.errors}`);
  return code === 0 ? ended.output : ended.errors;
}

async function objects(code: number, ...args: readonly string[]) {
  const { output, errors, ...ended } = await cloud.fota(...args, "--json");
  assert.equal(ended.code, code, `${args.join(" ")}: ${output}${errors}`);
  return output
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

before(async () => {
  cloud = await StandingCloud.in(folder);
  await cloud.start("--thing", ...names, "--group", "field");
  folder.write("bad.js", 'throw new Error("a bad image");\n');
  const place = ["--location", "s3://fota-bucket/"];
  await fota(0, "pack", "bad.js", "--version", "1.0.1", ...place);
  const { image } = await buildImage({ version: "1.0.2", flavour: "normal" });
  folder.write("good.hex", asBuilt(image).hex);
  await fota(0, "pack", "good.hex", ...place);
  const old = await buildImage({ version: "1.0.0", flavour: "normal" });
  // The first three that the rollout reaches: the rest of the fleet must not hear of it.
  for (const name of names.slice(0, 3)) trackers.push(await cloud.tracker(name, old.image));
  for (const tracker of trackers) await tracker.powerOn();
});
after(async () => {
  for (const tracker of trackers) await tracker.stop();
  await cloud.kill();
  folder.remove();
});

describe("a rollout to a group of 50", () => {
  it("of a bad image stops after the threshold, and 47 trackers never hear of it", async () => {
    const wishes = ["--rate", "3", "--abort", "FAILED:50:2", "--job-id", "bad"];
    await fota(0, "deploy", "1.0.1.hex", "--group", "field", ...wishes);
    const said = await objects(1, "watch", "bad", "--interval", "1");
    const last = said.at(-1);
    assert.equal(last.status, "CANCELED");
    const { FAILED = 0, CANCELED = 0, ...others } = last.totals;
    assert.ok(FAILED >= 2 && FAILED + CANCELED === 3, JSON.stringify(last));
    assert.deepEqual(others, {});
    const failed = said.findLast(({ thing, status }) => thing === "t1" && status === "FAILED");
    assert.equal(failed.details.reason, "REVERTED");
    assert.equal(failed.details.version, "1.0.0");
  });

  it("of a good image reaches those, pauses, and a new job is for the other 47", async () => {
    const wishes = ["--rate", "3", "--abort", "ALL:50:2", "--timeout", "30", "--job-id", "good"];
    await fota(0, "deploy", "1.0.2.hex", "--group", "field", ...wishes);
    const updated = trackers.map(async (tracker) => {
      while (tracker.lastBoot?.swap !== "test") await once(tracker, "boot");
    });
    await Promise.all(updated);
    await fota(0, "pause", "good");
    const said = await objects(0, "watch", "good", "--interval", "1");
    assert.deepEqual(said.at(-1).totals, { SUCCEEDED: 3 });
    const [resumed] = await objects(0, "resume", "good");
    assert.equal(resumed.jobId, "good-r2");
    assert.deepEqual(new Set(resumed.things), new Set(names.slice(3)));
    const [all] = (await objects(0, "watch", "good-r2", "--once")).slice(-1);
    assert.deepEqual(all.totals, { QUEUED: 3 });
    await fota(0, "abort", "good-r2");
    assert.match(await fota(1, "watch", "good-r2"), /good-r2 is CANCELED: CANCELED 3/);
    assert.match(await fota(1, "resume", "good-r2"), /was not paused by fota pause/);
  });

  it("is taken back only where the trackers would take it", async () => {
    const { image } = await buildImage({ version: "1.0.0", flavour: "normal" });
    folder.write("old.hex", asBuilt(image).hex);
    await fota(0, "pack", "old.hex", "--location", "s3://fota-bucket/");
    assert.match(await fota(1, "rollback", "good", "1.0.0.hex"), /VERSION_DOWNGRADE/);
    const allowed = ["rollback", "good", "1.0.0.hex", "--downgrade-allowed", "--job-id", "back"];
    const [back] = await objects(0, ...allowed);
    assert.deepEqual(new Set(back.things), new Set(names.slice(0, 3)));
    // These trackers are provisioned without allowDowngrade: what was said of them was not so.
    const said = await objects(1, "watch", "back", "--interval", "1");
    assert.deepEqual(said.at(-1).totals, { REJECTED: 3 });
  });
});
