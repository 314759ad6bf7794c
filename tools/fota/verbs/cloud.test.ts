import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { asBuilt, buildImage } from "../../build/image.ts";
import { Folder } from "../testing/run-fota.ts";
import { StandingCloud } from "../testing/standing-cloud.ts";

const folder = new Folder();
let cloud: StandingCloud;
let oldImage: Uint8Array;

before(async () => {
  cloud = await StandingCloud.in(folder);
  oldImage = (await buildImage({ version: "1.0.0", flavour: "normal" })).image;
  const { hex } = asBuilt((await buildImage({ version: "1.0.1", flavour: "normal" })).image);
  folder.write("new.hex", hex);
  const packed = await folder.fota("pack", "new.hex", "--location", "s3://fota-bucket/");
  assert.equal(packed.code, 0, packed.errors);
});
after(async () => {
  await cloud.kill();
  folder.remove();
});

describe("fota cloud, killed and started again in the middle of a job", () => {
  it("loses nothing: the tracker goes on with the job, and it succeeds", async () => {
    await cloud.start("--thing", "tracker-1", "tracker-2");
    const deployed = await cloud.fota(
      "deploy",
      "1.0.1.hex",
      "--thing",
      "tracker-1",
      "--job-id",
      "j",
    );
    assert.equal(deployed.code, 0, deployed.errors);
    const certificate = readFileSync(folder.file("cloud/things/tracker-1/cert.pem"));
    const tracker = await cloud.tracker("tracker-1", oldImage);
    try {
      const downloading = new Promise<void>((resolve) => {
        tracker.on("downloaded", (bytes) => bytes > 100_000 && resolve());
      });
      await tracker.powerOn();
      await downloading;
      await cloud.kill("SIGKILL");
      await cloud.start();
      assert.deepEqual(readFileSync(folder.file("cloud/things/tracker-1/cert.pem")), certificate);
      const watched = await cloud.fota("watch", "j", "--json", "--interval", "1");
      assert.equal(watched.code, 0, `${watched.output}${watched.errors}`);
      const lines = watched.output.trimEnd().split("\n");
      const said = lines.map((line) => JSON.parse(line));
      const last = said.findLast(({ thing }) => thing === "tracker-1");
      assert.equal(last.status, "SUCCEEDED");
      assert.equal(last.details.version, "1.0.1");
      assert.equal(last.executionNumber, 1);
      assert.deepEqual(said.at(-1).totals, { SUCCEEDED: 1 });
    } finally {
      await tracker.stop();
    }
  });
});
