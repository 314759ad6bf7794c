import type { IoTClient } from "@aws-sdk/client-iot";
import type { S3Client } from "@aws-sdk/client-s3";
import type { IClientOptions } from "mqtt";
import type { Patience } from "../aws/cleanup.ts";
import type { Got, HttpsRequest } from "../testing/get.ts";

/** A thing that may connect, made for one case. */
export interface TargetThing {
  readonly thingName: string;
  readonly thingArn: string;
  readonly connection: IClientOptions;
  /** Takes as long as the service needs to let go of it. */
  delete(): Promise<void>;
}

/** How long things take at a target; its patience is for what must come. */
export interface Pace extends Patience {
  /** Listened so long, nothing more will come. 0: an answered request after it is proof enough. */
  readonly quietMs: number;
  /** A timer of the service may be late by this much. */
  readonly timerLagMs: number;
  /** A case that is not done by then has failed. */
  readonly caseMaxMs: number;
}

/** An AWS that the cases are run against: AWS itself, or what stands for it. */
export interface Target {
  /** Unmodified clients. */
  readonly iot: IoTClient;
  readonly s3: S3Client;
  /** It is there already. */
  readonly bucket: string;
  /** In front of every name of a job, thing, group and object of this run. */
  readonly prefix: string;
  /** A role that lets the Jobs service read the bucket; undefined: no presigned URLs. */
  readonly roleArn: string | undefined;
  readonly pace: Pace;
  createThing(thingName: string): Promise<TargetThing>;
  /** A plain HTTPS request, as a tracker sends it. */
  request(url: string, request?: HttpsRequest): Promise<Got>;
  /** Lets time pass for the service. */
  pass(timeMs: number): Promise<void>;
  /** @returns what could not be deleted, and why */
  stop(): Promise<readonly string[]>;
}
