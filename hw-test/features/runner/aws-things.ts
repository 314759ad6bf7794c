import { setTimeout as delay } from "node:timers/promises";
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
import type { Registered } from "../bench/cloud-side.ts";

export interface AwsThingsOptions {
  readonly policyName: string;
  readonly region: string;
  /** Pause before something is deleted once more. */
  readonly retryMs?: number;
}

interface Made {
  readonly thingName: string;
  certificate?: { readonly id: string; readonly principal: string };
}

/** A detachment takes some seconds to be known everywhere (AWS IoT API, DetachThingPrincipal). */
const deleteTries = 5;
const retryMs = 2_000;

/** A tracker may connect as itself and use its own Jobs topics ("Thing policy variables"). */
function policyFor(region: string): string {
  const thing = `\${iot:Connection.Thing.ThingName}`;
  const arn = (what: string) => `arn:aws:iot:${region}:*:${what}`;
  const jobs = `$aws/things/${thing}/jobs/*`;
  const allow = (Action: string[], Resource: string) => ({ Effect: "Allow", Action, Resource });
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      allow(["iot:Connect"], arn(`client/${thing}`)),
      allow(["iot:Publish", "iot:Receive"], arn(`topic/${jobs}`)),
      allow(["iot:Subscribe"], arn(`topicfilter/${jobs}`)),
    ],
  });
}

/** Things, certificates and one policy in the caller's own AWS account; all are deleted again. */
export class AwsThings {
  private readonly iot: Pick<IoTClient, "send">;
  private readonly options: AwsThingsOptions;
  private readonly made: Made[] = [];
  private hasPolicy = false;

  constructor(iot: Pick<IoTClient, "send">, options: AwsThingsOptions) {
    this.iot = iot;
    this.options = options;
  }

  async register(thingName: string): Promise<Registered> {
    await this.ensurePolicy();
    const { policyName } = this.options;
    const made: Made = { thingName };
    this.made.push(made);
    const { thingArn = "" } = await this.iot.send(new CreateThingCommand({ thingName }));
    const created = await this.iot.send(new CreateKeysAndCertificateCommand({ setAsActive: true }));
    const { certificateArn: principal = "", certificateId: id = "" } = created;
    made.certificate = { id, principal };
    await this.iot.send(new AttachPolicyCommand({ policyName, target: principal }));
    await this.iot.send(new AttachThingPrincipalCommand({ thingName, principal }));
    const cert = created.certificatePem ?? "";
    const key = created.keyPair?.PrivateKey ?? "";
    return { id: thingName, arn: thingArn, certificate: { cert, key } };
  }

  /** @returns what could not be deleted, for people */
  async deleteAll(): Promise<string[]> {
    const left: string[] = [];
    for (const { thingName, certificate } of this.made.splice(0)) {
      if (certificate !== undefined) await this.deleteCertificate(thingName, certificate, left);
      await this.attempt(thingName, left, () =>
        this.iot.send(new DeleteThingCommand({ thingName })),
      );
    }
    const { policyName } = this.options;
    if (this.hasPolicy) {
      await this.attempt(policyName, left, () =>
        this.iot.send(new DeletePolicyCommand({ policyName })),
      );
    }
    this.hasPolicy = false;
    return left;
  }

  private async ensurePolicy(): Promise<void> {
    if (this.hasPolicy) return;
    const { policyName, region } = this.options;
    const policyDocument = policyFor(region);
    await this.iot.send(new CreatePolicyCommand({ policyName, policyDocument }));
    this.hasPolicy = true;
  }

  /** Each step for itself: one that fails keeps none of the others from being tried. */
  private async deleteCertificate(
    thingName: string,
    { id: certificateId, principal }: NonNullable<Made["certificate"]>,
    left: string[],
  ): Promise<void> {
    const { policyName } = this.options;
    const name = `certificate of ${thingName}`;
    const newStatus = "INACTIVE";
    await this.attempt(name, left, () =>
      this.iot.send(new DetachThingPrincipalCommand({ thingName, principal })),
    );
    await this.attempt(name, left, () =>
      this.iot.send(new DetachPolicyCommand({ policyName, target: principal })),
    );
    await this.attempt(name, left, () =>
      this.iot.send(new UpdateCertificateCommand({ certificateId, newStatus })),
    );
    await this.attempt(name, left, () =>
      this.iot.send(new DeleteCertificateCommand({ certificateId })),
    );
  }

  private async attempt(name: string, left: string[], work: () => Promise<unknown>): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await work();
        return;
      } catch (error) {
        if (tries === deleteTries) {
          left.push(`${name}: ${(error as Error).message}`);
          return;
        }
      }
      await delay(this.options.retryMs ?? retryMs);
    }
  }
}
