import type { CloudSide } from "./cloud-side.ts";
import { Sdk } from "./sdk.ts";
import { type Boards, Trackers } from "./trackers.ts";

/**
 * What the steps of one run work on: a cloud, and trackers of its own. Steps know the bench; nothing
 * on it knows a step, or what runs them.
 */
export class Bench {
  readonly cloud: CloudSide;
  readonly sdk: Sdk;
  readonly trackers: Trackers;
  /** Where what trackers say goes: under the step that runs. */
  say: (text: string) => void = () => undefined;

  constructor(cloud: CloudSide, boards: Boards) {
    this.cloud = cloud;
    this.trackers = new Trackers(cloud, boards);
    this.sdk = new Sdk(cloud.sdkOptionsOf);
  }

  /** Ends the trackers; the cloud is the caller's. */
  async stop(): Promise<void> {
    this.sdk.stop();
    await this.trackers.stop();
  }
}
