import { createHash } from "node:crypto";
import CRC32 from "crc-32";

export interface StoredObject {
  readonly body: Buffer;
  readonly contentType: string;
  /** MD5 in hex and in quotes, as S3 makes it of an object put in one piece. */
  readonly etag: string;
  readonly lastModifiedMs: number;
  /** Base64 of four bytes, big-endian: what `x-amz-checksum-crc32` says. */
  readonly checksumCrc32: string;
  /** `x-amz-meta-*` headers. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Buckets and what is in them, in memory. */
export class ObjectStore {
  private readonly buckets = new Map<string, Map<string, StoredObject>>();

  /** @returns false if it was there already */
  createBucket(bucket: string): boolean {
    if (this.buckets.has(bucket)) return false;
    this.buckets.set(bucket, new Map());
    return true;
  }

  bucketNames(): string[] {
    return [...this.buckets.keys()];
  }

  /** The objects of a bucket by key; undefined: no such bucket. */
  bucket(bucket: string): Map<string, StoredObject> | undefined {
    return this.buckets.get(bucket);
  }

  deleteBucket(bucket: string): void {
    this.buckets.delete(bucket);
  }
}

export function newObject(options: {
  readonly body: Buffer;
  readonly contentType?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly nowMs: number;
}): StoredObject {
  const { body, contentType, metadata, nowMs } = options;
  return {
    body,
    contentType: contentType ?? "application/octet-stream",
    etag: `"${createHash("md5").update(body).digest("hex")}"`,
    lastModifiedMs: nowMs,
    checksumCrc32: crc32Base64(body),
    metadata: metadata ?? {},
  };
}

export function crc32Base64(bytes: Buffer): string {
  const value = Buffer.alloc(4);
  value.writeInt32BE(CRC32.buf(bytes));
  return value.toString("base64");
}
