import { randomBytes } from "node:crypto";
import { createClock } from "../../cloud/clock.ts";
import { type CloudHooks, startCloud } from "../../cloud/cloud.ts";
import { startUserPool } from "../../cloud/cognito/server.ts";
import { resolveFrom } from "../../trackers/connect.ts";
import type { CloudSide } from "../bench/cloud-side.ts";

/** The local AWS of hw-test/cloud, with a user pool beside it. */
export async function startLocalSide(hooks: CloudHooks = {}): Promise<CloudSide> {
  const clock = createClock();
  const { now, schedule } = clock;
  const cloud = await startCloud({ hooks, now, schedule });
  const users = await startUserPool({ region: cloud.region, now });
  const fotaBucketName = `fota-${randomBytes(6).toString("hex")}`;
  cloud.createBucket(fotaBucketName);
  const { region, endpoints } = cloud;
  const endpointOf: Readonly<Record<string, string>> = {
    "@aws-sdk/client-iot": endpoints.iotControl,
    "@aws-sdk/client-iot-data-plane": endpoints.iotControl,
    "@aws-sdk/client-s3": endpoints.s3,
    "@aws-sdk/client-cognito-identity-provider": users.endpoint,
  };
  return {
    values: {
      awsRegion: region,
      fotaBucketName,
      mqttEndpoint: endpoints.broker.hostName,
      userPoolId: users.userPoolId,
      userPoolClientId: users.clientId,
    },
    sdkOptionsOf(packageName) {
      const endpoint = endpointOf[packageName];
      if (endpoint === undefined) {
        const served = Object.keys(endpointOf).join(", ");
        throw new Error(`${packageName} is not served by the local cloud; served: ${served}`);
      }
      return { region, endpoint, credentials: { ...cloud.credentials } };
    },
    broker: {
      hostName: endpoints.broker.hostName,
      port: 8883,
      reachedAt: { host: endpoints.broker.host, port: endpoints.broker.port },
      ca: cloud.ca,
    },
    filesCa: cloud.ca,
    resolve: resolveFrom({
      [endpoints.broker.hostName]: endpoints.broker.port,
      "*.s3.amazonaws.com": endpoints.files.port,
      [`*.s3.${region}.amazonaws.com`]: endpoints.files.port,
    }),
    async register(id) {
      const { thingArn } = cloud.createThing(id);
      return { id, arn: thingArn, certificate: cloud.issueTrackerCertificate(id) };
    },
    advanceClock(byMs) {
      clock.advance(byMs);
    },
    async stop() {
      await users.stop();
      await cloud.stop();
    },
  };
}
