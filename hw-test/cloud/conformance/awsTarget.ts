import { DescribeEndpointCommand, type IoTClient } from "@aws-sdk/client-iot";
import type { S3Client } from "@aws-sdk/client-s3";
import type { IClientOptions } from "mqtt";
import { Cleanup, persist, sleep } from "../aws/cleanup.ts";
import {
  attachPolicy,
  attachThing,
  createCertificate,
  createPolicy,
  createThing,
} from "../aws/provisioning.ts";
import { httpsRequest } from "../testing/get.ts";
import type { Pace, Target, TargetThing } from "./target.ts";

export interface AwsTargetOptions {
  /** With the caller's own credentials and region. */
  readonly iot: IoTClient;
  readonly s3: S3Client;
  readonly bucket: string;
  readonly roleArn: string | undefined;
  /** In front of every name. */
  readonly prefix: string;
  readonly pace?: Pace;
}

/** AWS is busy with others too. */
const awsPace: Pace = {
  patienceMs: 30_000,
  pollMs: 1000,
  quietMs: 3000,
  timerLagMs: 90_000,
  caseMaxMs: 300_000,
};

/** One certificate and one policy for all things of a run. */
interface Rights {
  readonly certificateArn: string;
  readonly connection: IClientOptions;
}

/**
 * AWS itself. What it makes, it deletes in `stop`, or before it throws: nothing of a run that could
 * not start is left behind unsaid.
 */
export async function startAwsTarget(options: AwsTargetOptions): Promise<Target> {
  const { iot, s3, bucket, roleArn, prefix, pace = awsPace } = options;
  const cleanup = new Cleanup(pace);
  try {
    const rights = await createRights(options, cleanup);
    return {
      iot,
      s3,
      bucket,
      roleArn,
      prefix,
      pace,
      createThing: (thingName) => createTargetThing({ iot, pace, rights, thingName }),
      request: httpsRequest,
      pass: sleep,
      stop: () => cleanup.run(),
    };
  } catch (error) {
    const left = await cleanup.run();
    const more = left.length === 0 ? "" : ` (left behind: ${left.join("; ")})`;
    throw new Error(`${String(error)}${more}`);
  }
}

async function createRights({ iot, prefix }: AwsTargetOptions, cleanup: Cleanup): Promise<Rights> {
  const endpoint = new DescribeEndpointCommand({ endpointType: "iot:Data-ATS" });
  const { endpointAddress } = await iot.send(endpoint);
  const certificate = await createCertificate(iot);
  const { arn: certificateArn, id, cert, key } = certificate;
  cleanup.add(`certificate ${id}`, certificate.delete);
  const policyName = `${prefix}-policy`;
  const scope = certificateArn.split(":").slice(0, 5).join(":");
  cleanup.add(`policy ${policyName}`, await createPolicy(iot, policyName, scope));
  const detach = await attachPolicy(iot, { policyName, target: certificateArn });
  cleanup.add(`attachment of ${policyName}`, detach);
  return {
    certificateArn,
    connection: {
      protocol: "mqtts",
      host: endpointAddress ?? "",
      port: 8883,
      cert,
      key,
      reconnectPeriod: 0,
      protocolVersion: 4,
    },
  };
}

async function createTargetThing(options: {
  readonly iot: IoTClient;
  readonly pace: Pace;
  readonly rights: Rights;
  readonly thingName: string;
}): Promise<TargetThing> {
  const { iot, pace, rights, thingName } = options;
  const thing = await createThing(iot, thingName);
  try {
    const detach = await attachThing(iot, { thingName, principal: rights.certificateArn });
    return {
      thingName,
      thingArn: thing.arn,
      connection: { ...rights.connection, clientId: thingName },
      async delete() {
        await detach();
        // The service refuses for some seconds after that, for it still sees the certificate.
        await persist(pace, thing.delete);
      },
    };
  } catch (error) {
    await persist(pace, thing.delete);
    throw error;
  }
}
