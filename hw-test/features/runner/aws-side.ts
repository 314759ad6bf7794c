import { randomUUID } from "node:crypto";
import { rootCertificates } from "node:tls";
import { DescribeEndpointCommand, IoTClient } from "@aws-sdk/client-iot";
import { resolveFrom } from "../../trackers/connect.ts";
import type { CloudSide } from "../bench/cloud-side.ts";
import { AwsThings } from "./aws-things.ts";
import { startForward } from "./forward.ts";

/** What the caller of `--cloud aws` brings; credentials and region are the SDK's to find. */
export interface AwsOptions {
  readonly bucket: string;
  /** MQTT endpoint; DescribeEndpoint is asked without. */
  readonly endpoint: string | undefined;
  /** Both or neither; without them features that log in fail. */
  readonly userPoolId: string | undefined;
  readonly userPoolClientId: string | undefined;
}

const mqttPort = 8883;
const httpsPort = 443;

/** AWS itself, in the caller's account: nothing is emulated (docs/aws.md). */
export async function startAwsSide(options: AwsOptions): Promise<CloudSide> {
  const { bucket, userPoolId, userPoolClientId } = options;
  const iot = new IoTClient({});
  const region = await iot.config.region();
  const hostName = options.endpoint ?? (await dataEndpoint(iot));
  const policyName = `tracker-fota-bench-${randomUUID().slice(0, 8)}`;
  const things = new AwsThings(iot, { policyName, region });
  const fileHosts = [`${bucket}.s3.amazonaws.com`, `${bucket}.s3.${region}.amazonaws.com`];
  const targets = [
    { host: hostName, port: mqttPort },
    ...fileHosts.map((host) => ({ host, port: httpsPort })),
  ];
  const forwards = await Promise.all(
    targets.map(async (target) => ({ ...target, way: await startForward(target) })),
  );
  const ca = rootCertificates.join("\n");
  return {
    values: {
      awsRegion: region,
      fotaBucketName: bucket,
      mqttEndpoint: hostName,
      ...(userPoolId !== undefined && { userPoolId }),
      ...(userPoolClientId !== undefined && { userPoolClientId }),
    },
    sdkOptionsOf: () => ({ region }),
    broker: { hostName, port: mqttPort, reachedAt: { host: hostName, port: mqttPort }, ca },
    filesCa: ca,
    resolve: resolveFrom(Object.fromEntries(forwards.map(({ host, way }) => [host, way.port]))),
    register: (id) => things.register(id),
    advanceClock() {
      throw new Error("the clock of AWS is nobody's to move");
    },
    async stop() {
      for (const { way } of forwards) await way.stop();
      for (const left of await things.deleteAll()) {
        process.stderr.write(`not deleted in your AWS account: ${left}\n`);
      }
      iot.destroy();
    },
  };
}

async function dataEndpoint(iot: IoTClient): Promise<string> {
  const endpointType = "iot:Data-ATS";
  const { endpointAddress } = await iot.send(new DescribeEndpointCommand({ endpointType }));
  if (endpointAddress === undefined) throw new Error("AWS IoT names no data endpoint");
  return endpointAddress;
}
