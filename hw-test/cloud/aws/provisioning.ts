import {
  AttachPolicyCommand,
  AttachThingPrincipalCommand,
  CreateKeysAndCertificateCommand,
  CreatePolicyCommand,
  CreateThingCommand,
  DeleteCertificateCommand,
  DeletePolicyCommand,
  DeleteThingCommand,
  DetachPolicyCommand,
  DetachThingPrincipalCommand,
  type IoTClient,
  UpdateCertificateCommand,
} from "@aws-sdk/client-iot";
import { devicePolicy } from "./devicePolicy.ts";

type Iot = Pick<IoTClient, "send">;

/** Deletes or detaches again what was made or attached; may be tried several times. */
export type Undo = () => Promise<unknown>;

export interface CreatedThing {
  readonly arn: string;
  readonly delete: Undo;
}

/** Active; AWS made the key. */
export interface CreatedCertificate {
  readonly arn: string;
  readonly id: string;
  /** PEM. */
  readonly cert: string;
  readonly key: string;
  readonly delete: Undo;
}

export async function createThing(iot: Iot, thingName: string): Promise<CreatedThing> {
  const { thingArn = "" } = await iot.send(new CreateThingCommand({ thingName }));
  return { arn: thingArn, delete: () => iot.send(new DeleteThingCommand({ thingName })) };
}

export async function createCertificate(iot: Iot): Promise<CreatedCertificate> {
  const created = await iot.send(new CreateKeysAndCertificateCommand({ setAsActive: true }));
  const { certificateArn = "", certificateId = "", certificatePem = "", keyPair } = created;
  return {
    arn: certificateArn,
    id: certificateId,
    cert: certificatePem,
    key: keyPair?.PrivateKey ?? "",
    async delete() {
      await iot.send(new UpdateCertificateCommand({ certificateId, newStatus: "INACTIVE" }));
      await iot.send(new DeleteCertificateCommand({ certificateId, forceDelete: true }));
    },
  };
}

/** @param scope see {@link devicePolicy} */
export async function createPolicy(iot: Iot, policyName: string, scope: string): Promise<Undo> {
  const policyDocument = JSON.stringify(devicePolicy(scope));
  await iot.send(new CreatePolicyCommand({ policyName, policyDocument }));
  return () => iot.send(new DeletePolicyCommand({ policyName }));
}

/** @param attachment `target`: the certificate's ARN */
export async function attachPolicy(
  iot: Iot,
  attachment: { readonly policyName: string; readonly target: string },
): Promise<Undo> {
  await iot.send(new AttachPolicyCommand(attachment));
  return () => iot.send(new DetachPolicyCommand(attachment));
}

/** @param attachment `principal`: the certificate's ARN */
export async function attachThing(
  iot: Iot,
  attachment: { readonly thingName: string; readonly principal: string },
): Promise<Undo> {
  await iot.send(new AttachThingPrincipalCommand(attachment));
  return () => iot.send(new DetachThingPrincipalCommand(attachment));
}
