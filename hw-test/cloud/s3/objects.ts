import { createHash } from "node:crypto";
import { inMemory, type Tables } from "../store/tables.ts";
import type { Checksum } from "./checksum.ts";
import type { MultipartUpload, Part } from "./multipartUpload.ts";
import { S3Error } from "./s3Error.ts";

export interface StoredObject {
  readonly body: Buffer;
  readonly contentType: string;
  /** In quotes: MD5 in hex of an object put in one piece, `MD5-COUNT` of one put in parts. */
  readonly etag: string;
  readonly lastModifiedMs: number;
  readonly checksum: Checksum;
  /** `x-amz-meta-*` and the other headers that are stored with the object and sent with it. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Bucket {
  readonly name: string;
  readonly createdAtMs: number;
  readonly objects: Map<string, StoredObject>;
  /** Not completed and not aborted, by id. */
  readonly uploads: Map<string, MultipartUpload>;
}

/** Buckets and what is in them: in memory, and kept where the tables are. */
export class ObjectStore {
  private readonly tables: Tables;
  private readonly created: Map<string, number>;
  private readonly buckets = new Map<string, Bucket>();
  private readonly partsOf = new Map<string, Map<string, Part>>();

  constructor(tables: Tables = inMemory) {
    this.tables = tables;
    this.created = tables.open("buckets");
    for (const [name, createdAtMs] of this.created) this.openBucket(name, createdAtMs);
  }

  /** @returns false if it was there already */
  createBucket(name: string, nowMs: number): boolean {
    if (this.buckets.has(name)) return false;
    this.created.set(name, nowMs);
    this.openBucket(name, nowMs);
    return true;
  }

  /** The parts of an upload that is under way, by number. */
  parts(uploadId: string): Map<string, Part> {
    const parts = this.partsOf.get(uploadId) ?? this.tables.open<Part>("parts", uploadId);
    this.partsOf.set(uploadId, parts);
    return parts;
  }

  /** It was completed or aborted: its parts go. */
  endUpload(bucket: string, uploadId: string): void {
    this.bucket(bucket).uploads.delete(uploadId);
    this.parts(uploadId).clear();
    this.partsOf.delete(uploadId);
  }

  private openBucket(name: string, createdAtMs: number): void {
    const objects = this.tables.open<StoredObject>("objects", name);
    const uploads = this.tables.open<MultipartUpload>("uploads", name);
    this.buckets.set(name, { name, createdAtMs, objects, uploads });
  }

  all(): Bucket[] {
    return [...this.buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws S3Error NoSuchBucket */
  bucket(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (bucket !== undefined) return bucket;
    throw new S3Error("NoSuchBucket", "The specified bucket does not exist");
  }

  /** @throws S3Error NoSuchBucket, NoSuchKey */
  object(bucket: string, key: string): StoredObject {
    const object = this.bucket(bucket).objects.get(key);
    if (object !== undefined) return object;
    throw new S3Error("NoSuchKey", "The specified key does not exist.");
  }

  /** undefined where there is none. */
  find(bucket: string, key: string): StoredObject | undefined {
    return this.buckets.get(bucket)?.objects.get(key);
  }

  deleteBucket(name: string): void {
    for (const uploadId of [...this.bucket(name).uploads.keys()]) this.endUpload(name, uploadId);
    this.buckets.delete(name);
    this.created.delete(name);
  }
}

/** The tag of what was put in one piece. */
export function etagOf(body: Buffer): string {
  return `"${createHash("md5").update(body).digest("hex")}"`;
}
