import { DeleteThingCommand } from "@aws-sdk/client-iot";
import { startCloud } from "../cloud.ts";
import { sdkClients } from "../testing/clients.ts";
import { createTestClock } from "../testing/clock.ts";
import { httpsRequest } from "../testing/get.ts";
import { connectOptions, localPatienceMs } from "../testing/tracker.ts";
import type { Target } from "./target.ts";

const bucket = "conformance";

/** The local AWS of this folder's parent, on a clock of its own. */
export async function startLocalTarget(): Promise<Target> {
  const clock = createTestClock();
  const cloud = await startCloud({ now: clock.now, schedule: clock.schedule });
  cloud.createBucket(bucket);
  const { iot, s3 } = sdkClients(cloud);
  return {
    iot,
    s3,
    bucket,
    prefix: "conformance",
    roleArn: "arn:aws:iam::123456789012:role/jobs",
    pace: {
      patienceMs: localPatienceMs,
      pollMs: 5,
      quietMs: 0,
      timerLagMs: 0,
      caseMaxMs: 3 * localPatienceMs,
    },
    createThing: async (thingName) => ({
      thingName,
      thingArn: cloud.createThing(thingName).thingArn,
      connection: connectOptions(cloud, thingName),
      delete: async () => {
        await iot.send(new DeleteThingCommand({ thingName }));
      },
    }),
    request: (url, request) =>
      httpsRequest(url, request, { ...cloud.endpoints.files, ca: cloud.ca }),
    async pass(timeMs) {
      clock.advance(timeMs);
    },
    async stop() {
      await cloud.stop();
      return [];
    },
  };
}
