import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { engineIsMissing } from "../../board/program.ts";
import { createAuthority } from "../../cloud/certificates/authority.ts";
import { listen, loopback } from "../../cloud/listen.ts";
import { connectJobsClient } from "../../cloud/testing/jobsClient.ts";
import { behindBroker, readBroker } from "./broker-side.ts";
import { startLocalSide } from "./local-side.ts";
import { runFeatures } from "./run.ts";
import { projectFeature } from "./testing/project-feature.ts";

// Debian keeps it where only root's PATH looks.
const path = `${process.env["PATH"]}:/usr/sbin`;
const found = spawnSync("mosquitto", ["-h"], { env: { ...process.env, PATH: path } });
const skip = found.error === undefined ? false : "mosquitto is not installed";

const folder = mkdtempSync(join(tmpdir(), "mosquitto-"));
const authority = createAuthority();
let port = 0;
let mosquitto: ChildProcess | undefined;

function file(name: string, contents: string): string {
  const whole = join(folder, name);
  writeFileSync(whole, contents);
  return whole;
}

before(async () => {
  if (skip !== false) return;
  port = await freePort();
  const { cert, key } = authority.issueServer(["localhost"]);
  const ca = file("ca.pem", authority.certificate);
  // A process started by root would otherwise change its user, and could not read these files.
  const user = process.getuid?.() === 0 ? ["user root"] : [];
  const lines = [
    ...user,
    `listener ${port} ${loopback}`,
    `cafile ${ca}`,
    `certfile ${file("broker.pem", cert)}`,
    `keyfile ${file("broker.key", key)}`,
    "require_certificate true",
    "allow_anonymous true",
  ];
  file("mosquitto.conf", `${lines.join("\n")}\n`);
  await startMosquitto();
});

async function startMosquitto(): Promise<void> {
  mosquitto = spawn("mosquitto", ["-c", join(folder, "mosquitto.conf")], {
    env: { ...process.env, PATH: path },
    stdio: "ignore",
  });
  await listening(port);
}

async function stopMosquitto(): Promise<void> {
  if (mosquitto === undefined) return;
  const ended = once(mosquitto, "exit");
  mosquitto.kill();
  await ended;
}

after(async () => {
  await stopMosquitto();
  rmSync(folder, { recursive: true });
});

async function startCloud() {
  const { cert, key } = authority.issueTracker("bench");
  const broker = readBroker(`mqtts://localhost:${port}`, {
    ca: join(folder, "ca.pem"),
    cert: file("bench.pem", cert),
    key: file("bench.key", key),
  });
  return behindBroker(await startLocalSide(), broker);
}

test("the document of the project passes over another broker", { skip }, async () => {
  const report = await runFeatures([projectFeature("seed/fota.feature.md")], { startCloud });
  assert.equal(report.ok, true, JSON.stringify(report.features, undefined, 1));
  assert.equal(report.counts.steps.passed, 27);
});

test("a tracker with the whole firmware updates itself over it", {
  skip: skip || (engineIsMissing() ?? false),
}, async () => {
  const report = await runFeatures([projectFeature("successful-update.feature.md")], {
    startCloud,
  });
  assert.equal(report.ok, true, JSON.stringify(report.features, undefined, 1));
});

test("a broker that goes is named, and one that comes back carries messages again", {
  skip,
}, async () => {
  const side = await startCloud();
  const { id, arn, certificate } = await side.register("bridged");
  const connection = {
    protocol: "mqtts",
    host: "localhost",
    port,
    ca: side.broker.ca,
    clientId: id,
    ...certificate,
    reconnectPeriod: 0,
  } as const;
  const connect = () => connectJobsClient({ thingName: id, connection, patienceMs: 10_000 });
  assert.equal(side.trouble?.(), undefined);
  await stopMosquitto();
  await until(() => side.trouble?.() !== undefined);
  assert.equal(side.trouble?.(), `the broker mqtts://localhost:${port} is gone`);
  await assert.rejects(startCloud(), /the broker mqtts:\/\/localhost:\d+ cannot be reached/);
  await startMosquitto();
  await until(() => side.trouble?.() === undefined);
  const tracker = await connect();
  await tracker.subscribe("get/accepted");
  const { body } = await tracker.request("get");
  assert.deepEqual(body["queuedJobs"], [], arn);
  await tracker.end();
  await side.stop();
});

test("what was left out of --broker is named", () => {
  const ca = file("some-ca.pem", authority.certificate);
  const none = { ca: undefined, cert: undefined, key: undefined };
  assert.throws(() => readBroker("mqtt://localhost", { ...none, ca }), /only mqtts:\/\//);
  assert.throws(() => readBroker("localhost", { ...none, ca }), /not a URL/);
  assert.throws(() => readBroker("mqtts://localhost", none), /needs --broker-ca/);
  assert.throws(() => readBroker("mqtts://localhost", { ...none, ca, key: ca }), /go together/);
  assert.throws(() => readBroker("mqtts://localhost", { ...none, ca: "nowhere.pem" }), /ENOENT/);
  assert.equal(readBroker("mqtts://localhost", { ...none, ca }).port, 8883);
});

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries === 400) throw new Error("it has not come to be");
    await delay(25);
  }
}

async function freePort(): Promise<number> {
  const { port: free, stop } = await listen(createServer(), 0, "probe");
  await stop();
  return free;
}

/** Resolves as soon as somebody listens there. */
async function listening(at: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const socket = connect(at, loopback);
    const isUp = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isUp) return;
    await delay(25);
  }
  throw new Error("mosquitto does not listen");
}
