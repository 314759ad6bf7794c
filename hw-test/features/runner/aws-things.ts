import type { IoTClient } from "@aws-sdk/client-iot";
import { Cleanup } from "../../cloud/aws/cleanup.ts";
import {
  attachPolicy,
  attachThing,
  createCertificate,
  createPolicy,
  createThing,
} from "../../cloud/aws/provisioning.ts";
import type { Registered } from "../bench/cloud-side.ts";

export interface AwsThingsOptions {
  readonly policyName: string;
  readonly region: string;
  /** Pause before something is deleted once more. */
  readonly retryMs?: number;
}

/** A detachment takes some seconds to be known everywhere (AWS IoT API, DetachThingPrincipal). */
const deleteTries = 5;
const defaultRetryMs = 2_000;

/** Things, certificates and one policy in the caller's own AWS account; all are deleted again. */
export class AwsThings {
  private readonly iot: Pick<IoTClient, "send">;
  private readonly options: AwsThingsOptions;
  private readonly cleanup: Cleanup;
  private hasPolicy = false;

  constructor(iot: Pick<IoTClient, "send">, options: AwsThingsOptions) {
    this.iot = iot;
    this.options = options;
    const { retryMs = defaultRetryMs } = options;
    this.cleanup = new Cleanup({ patienceMs: deleteTries * retryMs, pollMs: retryMs });
  }

  async register(thingName: string): Promise<Registered> {
    await this.ensurePolicy();
    const { iot, cleanup } = this;
    const { policyName } = this.options;
    const thing = await createThing(iot, thingName);
    cleanup.add(thingName, thing.delete);
    const certificate = await createCertificate(iot);
    const { arn, cert, key } = certificate;
    const what = `certificate of ${thingName}`;
    cleanup.add(what, certificate.delete);
    cleanup.add(what, await attachPolicy(iot, { policyName, target: arn }));
    cleanup.add(what, await attachThing(iot, { thingName, principal: arn }));
    return { id: thingName, arn: thing.arn, certificate: { cert, key } };
  }

  /** @returns what could not be deleted, for people */
  deleteAll(): Promise<string[]> {
    this.hasPolicy = false;
    return this.cleanup.run((error) => (error as Error).message);
  }

  private async ensurePolicy(): Promise<void> {
    if (this.hasPolicy) return;
    const { policyName, region } = this.options;
    const scope = `arn:aws:iot:${region}:*`;
    this.cleanup.add(policyName, await createPolicy(this.iot, policyName, scope));
    this.hasPolicy = true;
  }
}
