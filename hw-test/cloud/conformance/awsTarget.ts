import {
  AttachPolicyCommand,
  AttachThingPrincipalCommand,
  CreateKeysAndCertificateCommand,
  CreatePolicyCommand,
  CreateThingCommand,
  DeleteCertificateCommand,
  DeletePolicyCommand,
  DeleteThingCommand,
  DescribeEndpointCommand,
  DetachPolicyCommand,
  DetachThingPrincipalCommand,
  type IoTClient,
  UpdateCertificateCommand,
} from "@aws-sdk/client-iot";
import type { S3Client } from "@aws-sdk/client-s3";
import type { IClientOptions } from "mqtt";
import { httpsRequest } from "../testing/get.ts";
import { Cleanup, persist, sleep } from "./cleanup.ts";
import { devicePolicy } from "./devicePolicy.ts";
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
      createThing: (thingName) => createThing({ iot, pace, rights, thingName }),
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
  const certificate = await iot.send(new CreateKeysAndCertificateCommand({ setAsActive: true }));
  const { certificateArn = "", certificateId, certificatePem = "", keyPair } = certificate;
  cleanup.add(`certificate ${certificateId}`, async () => {
    await iot.send(new UpdateCertificateCommand({ certificateId, newStatus: "INACTIVE" }));
    await iot.send(new DeleteCertificateCommand({ certificateId, forceDelete: true }));
  });
  const policyName = `${prefix}-policy`;
  const policyDocument = JSON.stringify(devicePolicy(certificateArn));
  await iot.send(new CreatePolicyCommand({ policyName, policyDocument }));
  cleanup.add(`policy ${policyName}`, () => iot.send(new DeletePolicyCommand({ policyName })));
  const attachment = { policyName, target: certificateArn };
  await iot.send(new AttachPolicyCommand(attachment));
  cleanup.add(`attachment of ${policyName}`, () => iot.send(new DetachPolicyCommand(attachment)));
  return {
    certificateArn,
    connection: {
      protocol: "mqtts",
      host: endpointAddress ?? "",
      port: 8883,
      cert: certificatePem,
      key: keyPair?.PrivateKey ?? "",
      reconnectPeriod: 0,
      protocolVersion: 4,
    },
  };
}

async function createThing(options: {
  readonly iot: IoTClient;
  readonly pace: Pace;
  readonly rights: Rights;
  readonly thingName: string;
}): Promise<TargetThing> {
  const { iot, pace, rights, thingName } = options;
  const { thingArn = "" } = await iot.send(new CreateThingCommand({ thingName }));
  const principal = { thingName, principal: rights.certificateArn };
  const remove = async () => {
    await iot.send(new DetachThingPrincipalCommand(principal));
    // The service refuses for some seconds after that, for it still sees the certificate.
    await persist(pace, () => iot.send(new DeleteThingCommand({ thingName })));
  };
  try {
    await iot.send(new AttachThingPrincipalCommand(principal));
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    thingName,
    thingArn,
    connection: { ...rights.connection, clientId: thingName },
    delete: remove,
  };
}
