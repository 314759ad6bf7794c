import { isIPv4 } from "node:net";
import { InvalidArgumentError } from "@commander-js/extra-typings";
import type { StandingCloud, StandingOptions } from "../../../hw-test/cloud/program.ts";
import { requireCheckout } from "../../build/checkout.ts";
import { print } from "../../command-line/command.ts";
import { defineCommand } from "../../command-line/definition.ts";
import { UsageError } from "../../command-line/usage-error.ts";
import { each, portNumber } from "../../command-line/values.ts";
import { bucketName, groupName, thingName } from "../aws/names.ts";
import { examples } from "../examples.ts";

/** The broker's is MQTT's over TLS, the control plane's is LocalStack's. */
const ports = { control: 4566, broker: 8883, files: 8443 };

export const cloud = defineCommand("cloud")
  .summary("a local AWS that stays: broker, Jobs, S3, certificates")
  .description(
    "Runs a local AWS (IoT Core with Jobs, S3) until Ctrl-C: for the AWS CLI, SDKs, virtual trackers and " +
      "boards. What it knows is in DIR, and it goes on from there when it is started again.",
  )
  .requiredOption(
    "--out <DIR>",
    "database, ca.pem, env (shell variables), things/NAME/{cert,key}.pem",
  )
  .option("--thing <NAME...>", "things, each with a certificate; may be repeated", each(thingName))
  .option("--group <NAME>", "a thing group that these things join", groupName)
  .option("--bucket <NAME>", "a bucket that is there from the start", bucketName, "fota-bucket")
  .option("--listen <ADDRESS>", "IPv4 address to listen at; 0.0.0.0: all", ipv4, "127.0.0.1")
  .option("--rsa", "RSA keys for things that have none yet: the Moddable SDK's TLS needs them")
  .option("--region <R>", "region that it says it is", region, "eu-west-1")
  .option("--control-port <N>", "of the AWS services (HTTPS)", portNumber, ports.control)
  .option("--broker-port <N>", "of the MQTT broker (TLS)", portNumber, ports.broker)
  .option("--files-port <N>", "of the file server for trackers (HTTPS)", portNumber, ports.files)
  .option(
    "--json",
    "one JSON object when it is up: {endpoint, broker, files, region, env, ca, things}",
  )
  .addHelpText(
    "after",
    examples(
      "fota cloud --thing tracker-1 --out cloud",
      "fota cloud --thing tracker-1 tracker-2 --group field --rsa --listen 192.168.1.5 --out cloud",
      ". cloud/env && aws iot list-things",
    ),
  )
  .action(async (options) => {
    requireCheckout("fota cloud");
    const { out, thing = [], listen, json } = options;
    if (listen !== "127.0.0.1") warn(listen);
    const ended = signal();
    const standing = await start({
      folder: out,
      things: thing,
      group: options.group,
      bucket: options.bucket,
      listen,
      ports: {
        control: options.controlPort,
        broker: options.brokerPort,
        files: options.filesPort,
      },
      region: options.region,
      keyKind: options.rsa ? "RSA" : "P-256",
    });
    print(json ? `${JSON.stringify(facts(standing, thing))}\n` : told(standing, thing));
    await ended;
    await standing.stop();
  });

/** @throws UsageError: a port in use, a folder that cannot be written */
async function start(options: StandingOptions): Promise<StandingCloud> {
  // Loaded when it is wanted: broker and database are not in the npm package.
  const { startStandingCloud } = await import("../../../hw-test/cloud/program.ts");
  try {
    return await startStandingCloud(options);
  } catch (error) {
    throw new UsageError(`--out ${options.folder}: ${(error as Error).message}`);
  }
}

function warn(listen: string): void {
  process.stderr.write(
    `--listen ${listen}: whoever reaches this address may read every object and try keys and ` +
      "certificates; this AWS is for tests, in a network that you trust\n",
  );
}

function signal(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => resolve());
  });
}

function facts({ cloud, files }: StandingCloud, things: readonly string[]) {
  const { iotControl, broker, files: server } = cloud.endpoints;
  return {
    endpoint: iotControl,
    broker: { host: broker.host, port: broker.port },
    files: `https://${server.host}:${server.port}`,
    region: cloud.region,
    env: files.env,
    ca: files.ca,
    things,
  };
}

function told({ cloud, files }: StandingCloud, things: readonly string[]): string {
  const { iotControl, broker, files: server } = cloud.endpoints;
  const rows = [
    ["AWS", iotControl],
    ["broker", `mqtts://${broker.host}:${broker.port}`],
    ["files", `https://${server.host}:${server.port}`],
    ["clients", `. ${files.env}`],
    ["things", things.length <= 5 ? things.join(" ") || "none" : `${things.length}`],
  ] as const;
  const lines = rows.map(([name, value]) => `${name.padEnd(10)}${value}\n`);
  return `${lines.join("")}Ctrl-C ends it; what it knows stays.\n`;
}

function ipv4(text: string): string {
  if (isIPv4(text)) return text;
  throw new InvalidArgumentError("an IPv4 address of this machine, or 0.0.0.0");
}

function region(text: string): string {
  if (/^[a-z]{2}(-[a-z]+)+-\d$/.test(text)) return text;
  throw new InvalidArgumentError("for example eu-west-1");
}
