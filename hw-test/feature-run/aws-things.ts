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
import type { Registered } from "../steps/cloud-side.ts";

interface Made {
  readonly thingName: string;
  readonly certificateId: string;
  readonly principal: string;
}

/** A tracker may connect as itself and use its own Jobs topics (AWS IoT, "Thing policy variables"). */
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
  private readonly policyName: string;
  private readonly region: string;
  private readonly made: Made[] = [];
  private hasPolicy = false;

  constructor(
    iot: Pick<IoTClient, "send">,
    { policyName, region }: { readonly policyName: string; readonly region: string },
  ) {
    this.iot = iot;
    this.policyName = policyName;
    this.region = region;
  }

  async register(thingName: string): Promise<Registered> {
    await this.ensurePolicy();
    const { thingArn = "" } = await this.iot.send(new CreateThingCommand({ thingName }));
    const created = await this.iot.send(new CreateKeysAndCertificateCommand({ setAsActive: true }));
    const { certificateArn: principal = "", certificateId = "" } = created;
    this.made.push({ thingName, certificateId, principal });
    const { policyName } = this;
    await this.iot.send(new AttachPolicyCommand({ policyName, target: principal }));
    await this.iot.send(new AttachThingPrincipalCommand({ thingName, principal }));
    const cert = created.certificatePem ?? "";
    const key = created.keyPair?.PrivateKey ?? "";
    return { id: thingName, arn: thingArn, certificate: { cert, key } };
  }

  /** @returns what could not be deleted, for people */
  async deleteAll(): Promise<string[]> {
    const left: string[] = [];
    const attempt = async (name: string, work: () => Promise<unknown>) => {
      await work().catch((error: Error) => left.push(`${name}: ${error.message}`));
    };
    for (const made of this.made.splice(0)) {
      await attempt(made.thingName, () => this.delete(made));
    }
    const { policyName } = this;
    if (this.hasPolicy) {
      await attempt(policyName, () => this.iot.send(new DeletePolicyCommand({ policyName })));
    }
    this.hasPolicy = false;
    return left;
  }

  private async ensurePolicy(): Promise<void> {
    if (this.hasPolicy) return;
    const { policyName, region } = this;
    const policyDocument = policyFor(region);
    await this.iot.send(new CreatePolicyCommand({ policyName, policyDocument }));
    this.hasPolicy = true;
  }

  private async delete({ thingName, certificateId, principal }: Made): Promise<void> {
    const { policyName } = this;
    await this.iot.send(new DetachThingPrincipalCommand({ thingName, principal }));
    await this.iot.send(new DetachPolicyCommand({ policyName, target: principal }));
    const newStatus = "INACTIVE";
    await this.iot.send(new UpdateCertificateCommand({ certificateId, newStatus }));
    await this.iot.send(new DeleteCertificateCommand({ certificateId }));
    await this.iot.send(new DeleteThingCommand({ thingName }));
  }
}
