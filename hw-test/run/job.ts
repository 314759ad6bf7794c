import { randomUUID } from "node:crypto";
import {
  CancelJobExecutionCommand,
  CreateJobCommand,
  type CreateJobCommandInput,
  DeleteJobCommand,
  DescribeJobExecutionCommand,
  IoTClient,
} from "@aws-sdk/client-iot";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { releaseFieldsOf, signedDocument } from "../../tools/image/hex-release.ts";
import type { Release } from "../../tools/image/release.ts";
import type { Cloud } from "../cloud/cloud.ts";

/** How a job execution stands, according to the AWS SDK. */
export interface JobState {
  readonly id: string;
  readonly status: string;
  readonly versionNumber: number;
  readonly statusDetails: Readonly<Record<string, string>>;
}

export interface JobOrder {
  /** The job's id, and the file's key in the bucket; made up if left out. */
  readonly id?: string;
  readonly thingName: string;
  readonly thingArn: string;
  readonly bucket: string;
  readonly hex: string;
  readonly version: string;
  /** A document to send as it is; one is made if undefined. */
  readonly document?: string | undefined;
  /** What the release statement says besides the version and the image. */
  readonly release?: Pick<Release, "hardware" | "securityCounter" | "expires">;
  /** Offered beside the HEX file, in the document that is made. */
  readonly patches?: readonly OfferedPatch[];
  /** What the document that is made has besides its fields, or instead of them. */
  readonly changes?: Readonly<Record<string, unknown>>;
  /** More of CreateJob: time-outs, presigned URLs. */
  readonly more?: Partial<CreateJobCommandInput>;
}

/** A patch, or a packed image where it is `from` nothing (docs/patch-format.md). */
export interface OfferedPatch {
  /** Hash of the image that it starts from. */
  readonly from?: string | undefined;
  readonly bytes: Uint8Array;
}

/** The user's side of an update: unmodified AWS SDK clients, pointed at the local cloud. */
export class UpdateJob {
  readonly id: string;
  private readonly iot: IoTClient;
  private readonly s3: S3Client;
  private readonly order: JobOrder;

  constructor(cloud: Cloud, order: JobOrder) {
    const { region, credentials, endpoints } = cloud;
    this.id = order.id ?? randomUUID();
    this.iot = new IoTClient({ region, credentials, endpoint: endpoints.iotControl });
    this.s3 = new S3Client({ region, credentials, endpoint: endpoints.s3 });
    this.order = order;
  }

  /** Uploads the files and creates the job. */
  async create(): Promise<void> {
    const { hex, thingArn, document, patches = [], more } = this.order;
    // Byte for byte what the file has, which need not be text.
    await this.upload(this.id, Buffer.from(hex, "latin1"), "text/x-hex");
    for (const [index, { bytes }] of patches.entries()) {
      await this.upload(this.patchKey(index), bytes, "application/octet-stream");
    }
    await this.iot.send(
      new CreateJobCommand({
        jobId: this.id,
        targets: [thingArn],
        document: document ?? this.makeDocument(),
        targetSelection: "SNAPSHOT",
        ...more,
      }),
    );
  }

  async describe(): Promise<JobState> {
    const { thingName } = this.order;
    const { execution } = await this.iot.send(
      new DescribeJobExecutionCommand({ jobId: this.id, thingName }),
    );
    return {
      id: this.id,
      status: execution?.status ?? "unknown",
      versionNumber: execution?.versionNumber ?? 0,
      statusDetails: execution?.statusDetails?.detailsMap ?? {},
    };
  }

  async cancel(): Promise<void> {
    const { thingName } = this.order;
    await this.iot.send(new CancelJobExecutionCommand({ jobId: this.id, thingName, force: true }));
  }

  /** With all its executions. */
  async delete(): Promise<void> {
    await this.iot.send(new DeleteJobCommand({ jobId: this.id, force: true }));
  }

  private async upload(key: string, body: Uint8Array, contentType: string) {
    await this.s3.send(
      new PutObjectCommand({
        Bucket: this.order.bucket,
        Key: key,
        Body: body,
        ContentType: contentType,
      }),
    );
  }

  private patchKey(index: number): string {
    return `${this.id}.patch-${index}`;
  }

  private locationOf(path: string) {
    return { protocol: "https", host: `${this.order.bucket}.s3.amazonaws.com`, path };
  }

  private makeDocument(): string {
    const { hex, version, changes, release, patches = [] } = this.order;
    const list = patches.map(({ from, bytes }, index) => ({
      from,
      size: bytes.byteLength,
      location: this.locationOf(this.patchKey(index)),
    }));
    const document = {
      operation: "app_fw_update",
      size: Buffer.byteLength(hex, "latin1"),
      filename: `${version}.hex`,
      location: this.locationOf(this.id),
      fwversion: version,
      ...releaseFieldsOf(hex, { version, ...release }),
      ...(list.length > 0 && { patches: list }),
      ...changes,
    };
    // Who orders signs what he orders, right or wrong.
    const isSigned = changes === undefined || !("signature" in changes);
    return JSON.stringify(isSigned ? signedDocument(document) : document);
  }
}

const terminal = new Set(["SUCCEEDED", "FAILED", "REJECTED", "CANCELED", "TIMED_OUT", "REMOVED"]);

export function isOver(state: JobState): boolean {
  return terminal.has(state.status);
}
