import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Cloud, startCloud } from "../cloud.ts";

const python = "/usr/bin/python3";
const modules = spawnSync(python, ["-c", "import boto3, paho.mqtt.client"]);
const skip =
  modules.status === 0
    ? false
    : "boto3 or paho is not installed: apt-get install python3-boto3 python3-paho-mqtt";

const folder = mkdtempSync(join(tmpdir(), "python-"));
let cloud: Cloud;

before(async () => {
  // As `fota cloud` listens: with a certificate of an address that a client can look up, TLS everywhere.
  cloud = await startCloud({ reach: { listen: "127.0.0.1", host: "127.0.0.1", alsoKnownAs: [] } });
  cloud.createBucket("firmware");
  const { cert, key } = cloud.issueTrackerCertificate("snake");
  cloud.createThing("snake");
  for (const [name, text] of Object.entries({ ca: cloud.ca, cert, key })) {
    writeFileSync(join(folder, name), text);
  }
});

after(async () => {
  await cloud.stop();
  rmSync(folder, { recursive: true });
});

for (const [name, protocol] of [
  ["MQTT 3.1.1", 4],
  ["MQTT 5", 5],
] as const) {
  test(`boto3 and paho do a whole update by ${name}`, { skip }, async () => {
    const script = fileURLToPath(new URL("whole_update.py", import.meta.url));
    const own = Object.entries(process.env).filter(([one]) => !one.startsWith("AWS_"));
    const { broker, iotControl } = cloud.endpoints;
    const env = {
      ...Object.fromEntries(own),
      AWS_ENDPOINT_URL: iotControl,
      AWS_ACCESS_KEY_ID: cloud.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: cloud.credentials.secretAccessKey,
      AWS_DEFAULT_REGION: cloud.region,
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      BUCKET: "firmware",
      THING: "snake",
      AWS_CA_BUNDLE: join(folder, "ca"),
      MQTT_HOST: broker.host,
      MQTT_PORT: String(broker.port),
      MQTT_CA: join(folder, "ca"),
      CERT: join(folder, "cert"),
      KEY: join(folder, "key"),
      PROTOCOL: String(protocol),
    };
    const { stdout } = await promisify(execFile)(python, [script], { env });
    assert.match(stdout, /done\n$/);
    assert.equal(stdout.match(/^ok: /gm)?.length, 6, stdout);
  });
}
