import { createHash } from "node:crypto";
import { Crc32c, Crc64Nvme } from "@aws-sdk/checksums/crc";
import CRC32 from "crc-32";
import { S3Error } from "./s3Error.ts";

/** S3 user guide, "Checking object integrity": what a client may choose, by the SDK's own code. */
const digests: Readonly<Record<string, (body: Buffer) => Promise<Buffer> | Buffer>> = {
  CRC32: crc32,
  CRC32C: (body) => summed(new Crc32c(), body),
  CRC64NVME: (body) => summed(new Crc64Nvme(), body),
  SHA1: (body) => createHash("sha1").update(body).digest(),
  SHA256: (body) => createHash("sha256").update(body).digest(),
};

/** What S3 takes when the client chooses none. */
export const defaultAlgorithm = "CRC64NVME";

export interface Checksum {
  readonly algorithm: string;
  /** Base64; of parts put together `VALUE-COUNT`. */
  readonly value: string;
  readonly type: "FULL_OBJECT" | "COMPOSITE";
}

/** @throws S3Error NotImplemented for an algorithm that S3 has and this one has not */
export async function digestOf(body: Buffer, algorithm: string): Promise<Buffer> {
  const digest = digests[algorithm];
  if (digest === undefined) {
    throw new S3Error("NotImplemented", `Checksum ${algorithm} is not served by this local S3`);
  }
  return digest(body);
}

export async function fullChecksum(body: Buffer, algorithm: string): Promise<Checksum> {
  const value = (await digestOf(body, algorithm)).toString("base64");
  return { algorithm, value, type: "FULL_OBJECT" };
}

/** The checksum of the parts' checksums, as S3 makes it of an upload in parts. */
export async function compositeChecksum(
  parts: readonly Buffer[],
  algorithm: string,
): Promise<Checksum> {
  const each = await Promise.all(parts.map((part) => digestOf(part, algorithm)));
  const value = (await digestOf(Buffer.concat(each), algorithm)).toString("base64");
  return { algorithm, value: `${value}-${parts.length}`, type: "COMPOSITE" };
}

/** The header that carries it. */
export function checksumHeader(algorithm: string): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

export function checksumHeaders({ algorithm, value, type }: Checksum): Record<string, string> {
  return { [checksumHeader(algorithm)]: value, "x-amz-checksum-type": type };
}

/** The algorithm that a header's name stands for; undefined for any other header. */
export function algorithmOf(headerName: string): string | undefined {
  const [, name] = /^x-amz-checksum-(?!algorithm$|type$|mode$)(.+)$/.exec(headerName) ?? [];
  return name?.toUpperCase();
}

function crc32(body: Buffer): Buffer {
  const value = Buffer.alloc(4);
  value.writeInt32BE(CRC32.buf(body));
  return value;
}

async function summed(
  sum: { update(bytes: Uint8Array): void; digest(): Promise<Uint8Array> },
  body: Buffer,
): Promise<Buffer> {
  sum.update(body);
  return Buffer.from(await sum.digest());
}
