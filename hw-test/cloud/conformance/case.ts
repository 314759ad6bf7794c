import type { Bench } from "./bench.ts";

/**
 * Why a case expects what it expects. `documented`: AWS says so. `captured`: seen on the live
 * service by others (payloads published with ministackorg/ministack, pull request 1535).
 * `model`: the constraints and errors in the service models that the SDK is made of. `assumed`:
 * nobody of us has seen it; the local cloud does it so, and a run against AWS is to tell.
 */
export interface Source {
  readonly kind: "documented" | "captured" | "model" | "assumed";
  /** The page or place, by name. */
  readonly where: string;
}

/** One thing a client may rely on. */
export interface ConformanceCase {
  readonly name: string;
  readonly source: Source;
  /** What it cannot be run without: a role for presigned URLs. */
  readonly needs?: "role";
  /** @throws whatever fails it */
  readonly run: (bench: Bench) => Promise<void>;
}

export const documented = (where: string): Source => ({ kind: "documented", where });
export const captured = (where: string): Source => ({ kind: "captured", where });
export const model = (where: string): Source => ({ kind: "model", where });
export const assumed = (where: string): Source => ({ kind: "assumed", where });

const guide = (page: string) => `AWS IoT developer guide, "${page}"`;

/** The pages that cases refer to. */
export const pages = Object.freeze({
  deviceApi: guide("Jobs device MQTT API operations"),
  dataTypes: guide("Jobs device MQTT and HTTPS API operations and data types"),
  errors: `${guide("AWS IoT jobs API operations")}, ErrorResponse`,
  devices: guide("Devices and jobs"),
  states: guide("Jobs and job execution states"),
  jobs: guide("Create and manage jobs by using the AWS CLI"),
  timeouts: guide("How job configurations work"),
  presigned: `${guide("AWS IoT Jobs key concepts")}, Presigned URLs`,
  mqtt: guide("MQTT"),
  policies: guide("Thing policy variables"),
  api: "AWS IoT API reference",
  jobsData: "AWS IoT API reference, AWS IoT Jobs Data",
  jobQuotas: "AWS General Reference, AWS IoT Device Management endpoints and quotas",
  brokerQuotas: "AWS General Reference, AWS IoT Core endpoints and quotas",
  s3: "Amazon S3 API reference",
  s3Auth: "Amazon S3 API reference, Authenticating requests: using query parameters",
  live: "ministackorg/ministack, pull request 1535",
});
