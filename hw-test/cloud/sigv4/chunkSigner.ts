import { createHash } from "node:crypto";
import { hmac } from "./signature.ts";

/** What the signature of a request's head hands on to those of its chunks. */
export interface ChunkSeed {
  readonly signingKey: Buffer;
  /** As in the credential: date/region/service/aws4_request */
  readonly scope: string;
  /** yyyymmddThhmmssZ */
  readonly timestamp: string;
  /** Of the head, in hex. */
  readonly signature: string;
}

const nothing = sha256(Buffer.alloc(0));

/**
 * Signatures of the chunks of an upload, each made over the one before (S3 API reference,
 * "Signature calculations for the authorization header: transferring a payload in multiple
 * chunks", and the same "including trailing headers").
 */
export class ChunkSigner {
  private readonly seed: ChunkSeed;
  private previous: string;

  constructor(seed: ChunkSeed) {
    this.seed = seed;
    this.previous = seed.signature;
  }

  /** @returns what the next chunk must be signed with, in hex; the last chunk has no data */
  chunk(data: Buffer): string {
    return this.sign("AWS4-HMAC-SHA256-PAYLOAD", [nothing, sha256(data)]);
  }

  /** @param headers lower-case name and value of each, in the order they come */
  trailer(headers: ReadonlyArray<readonly [name: string, value: string]>): string {
    const text = headers.map(([name, value]) => `${name}:${value}\n`).join("");
    return this.sign("AWS4-HMAC-SHA256-TRAILER", [sha256(Buffer.from(text))]);
  }

  private sign(algorithm: string, hashes: readonly string[]): string {
    const { signingKey, timestamp, scope } = this.seed;
    const text = [algorithm, timestamp, scope, this.previous, ...hashes].join("\n");
    this.previous = hmac(signingKey, text).toString("hex");
    return this.previous;
  }
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
