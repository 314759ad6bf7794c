import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  AddThingToThingGroupCommand,
  CreateThingGroupCommand,
  type IoTClient,
} from "@aws-sdk/client-iot";
import { IoTDataPlaneClient, UpdateThingShadowCommand } from "@aws-sdk/client-iot-data-plane";
import { type Cloud, startCloud } from "../cloud.ts";
import { sdkClients } from "../testing/clients.ts";

const program = fileURLToPath(new URL("../../../tools/fota/fota.mjs", import.meta.url));
const images = { old: "0a".repeat(32), new: "1b".repeat(32) };

let cloud: Cloud;
let iot: IoTClient;
let data: IoTDataPlaneClient;

before(async () => {
  cloud = await startCloud();
  const { region, credentials, endpoints } = cloud;
  iot = sdkClients(cloud).iot;
  data = new IoTDataPlaneClient({ region, credentials, endpoint: endpoints.iotControl });
  for (const thing of ["a", "b", "c", "d"]) cloud.createThing(thing);
  const result = { jobId: "j", status: "SUCCEEDED" };
  await tell("a", { version: "1.0.1", image: images.new, result });
  await tell("b", { version: "1.0.1", image: images.new, result });
  const failed = { jobId: "j", status: "FAILED", reason: "REVERTED" };
  await tell("c", { version: "1.0.0", image: images.old, result: failed });
});

after(() => cloud.stop());

async function tell(thingName: string, firmware: object): Promise<void> {
  const payload = Buffer.from(JSON.stringify({ state: { reported: { firmware } } }));
  await data.send(new UpdateThingShadowCommand({ thingName, payload }));
}

interface Ended {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

function fleet(...args: readonly string[]): Promise<Ended> {
  const { endpoints, credentials, region } = cloud;
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_"));
  const env = {
    ...Object.fromEntries(own),
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: region,
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_ENDPOINT_URL: endpoints.iotControl,
    AWS_MAX_ATTEMPTS: "1",
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, "fleet", ...args], { env }, (error, output, errors) => {
      resolve({ code: error === null ? 0 : Number(error.code), output, errors });
    });
  });
}

test("fota fleet tells which trackers run what, and who has told nothing", async () => {
  const { code, output } = await fleet("--trackers");
  assert.equal(code, 0);
  const [shares = "", trackers = ""] = output.split("\n\n");
  assert.deepEqual(
    shares.split("\n").map((line) => line.split(/ {2,}/)),
    [
      ["version", "image", "trackers", "last job"],
      ["1.0.1", "1b1b1b1b1b1b…", "2", "2 SUCCEEDED"],
      ["1.0.0", "0a0a0a0a0a0a…", "1", "1 FAILED REVERTED"],
      ["nothing told", "1"],
    ],
  );
  assert.match(
    trackers,
    /^c +1\.0\.0 +0a0a0a0a0a0a… +\d{4}-\d\d-\d\dT\d\d:\d\dZ +FAILED REVERTED j$/m,
  );
  assert.match(trackers, /^d +nothing told$/m);
});

test("fota fleet --json has the same whole, of a group or of named things", async () => {
  await iot.send(new CreateThingGroupCommand({ thingGroupName: "field" }));
  for (const thingName of ["a", "d"]) {
    await iot.send(new AddThingToThingGroupCommand({ thingGroupName: "field", thingName }));
  }
  const { output } = await fleet("--group", "field", "--json");
  const { images: shares, trackers } = JSON.parse(output);
  assert.deepEqual(shares, [
    { version: "1.0.1", image: images.new, trackers: 1, results: { SUCCEEDED: 1 } },
    { trackers: 1, results: {} },
  ]);
  assert.equal(trackers[0].firmware.image, images.new);
  assert.ok(trackers[0].firmware.toldAt > 1_700_000_000);
  const named = await fleet("--thing", "c", "--thing", "nobody", "--json");
  assert.deepEqual(
    JSON.parse(named.output).trackers.map((one: { thing: string }) => one.thing),
    ["c", "nobody"],
  );
});

test("fota fleet shows nothing that drives a terminal, and no shadow of another shape", async () => {
  cloud.createThing("odd");
  for (const firmware of [{ version: "\u001b[2J", image: "x" }, { version: 1 }, "text"]) {
    await data.send(
      new UpdateThingShadowCommand({
        thingName: "odd",
        payload: Buffer.from(JSON.stringify({ state: { reported: { firmware } } })),
      }),
    );
    const { code, output } = await fleet("--thing", "odd", "--trackers");
    assert.equal(code, 0);
    assert.equal(output.includes("\u001b"), false);
  }
});

test("fota fleet ends in one line where it is asked wrongly, or AWS refuses", async () => {
  const usage: readonly (readonly string[])[] = [
    ["--thing", "a", "--group", "field"],
    ["--thing", "a b"],
    ["--endpoint", "127.0.0.1"],
    ["--ca", "/nope.pem"],
  ];
  for (const args of usage) {
    const { code, errors } = await fleet(...args);
    assert.deepEqual([code, errors.split("\n").length], [2, 2], errors);
  }
  const failures: readonly (readonly string[])[] = [
    ["--group", "nobody"],
    ["--endpoint", "http://127.0.0.1:9"],
  ];
  for (const args of failures) {
    const { code, errors } = await fleet(...args);
    assert.deepEqual([code, errors.split("\n").length], [1, 2], errors);
    assert.match(errors, /^fota: list things: \w+: \S/);
  }
});

test("docs/fleet.md tells of every option", async () => {
  const text = readFileSync(new URL("../../../docs/fleet.md", import.meta.url), "utf8");
  const { output } = await fleet("--help");
  const options = [...output.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option]) => option);
  assert.ok(options.length > 6);
  for (const option of options.filter((one) => one !== "--help")) {
    assert.match(text, new RegExp(`${option}(?![a-z-])`));
  }
});
