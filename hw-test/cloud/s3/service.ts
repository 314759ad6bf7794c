import { randomUUID } from "node:crypto";
import type { Now } from "../clock.ts";
import { type HttpRequest, type HttpResponse, header } from "../http/message.ts";
import type { ChunkSigner } from "../sigv4/chunkSigner.ts";
import type { AccessKey } from "../sigv4/presign.ts";
import { type Refusal, verify } from "../sigv4/verify.ts";
import { type Address, parseAddress } from "./address.ts";
import { type DownloadFault, download } from "./download.ts";
import { newObject, type ObjectStore, type StoredObject } from "./objects.ts";
import { errorResponse, escapeXml, S3Error, type S3ErrorCode, xml } from "./s3Error.ts";
import { uploadedBody } from "./upload.ts";

const empty = Buffer.alloc(0);

const codeOfRefusal: Readonly<Record<Refusal, S3ErrorCode>> = {
  malformed: "AuthorizationQueryParametersError",
  "unknown key": "InvalidAccessKeyId",
  mismatch: "SignatureDoesNotMatch",
  skewed: "RequestTimeTooSkewed",
  expired: "AccessDenied",
  "unsigned header": "AccessDenied",
};

interface Circumstances {
  readonly fault: DownloadFault | undefined;
  readonly chunks: ChunkSigner | undefined;
}

/**
 * S3's REST API, as far as firmware files need it. Everyone may read an object; whatever else
 * wants a signature, and one that is given must be right.
 */
export class S3Service {
  private readonly objects: ObjectStore;
  private readonly accessKeys: readonly AccessKey[];
  private readonly now: Now;

  constructor(options: {
    readonly objects: ObjectStore;
    readonly accessKeys: readonly AccessKey[];
    readonly now: Now;
  }) {
    this.objects = options.objects;
    this.accessKeys = options.accessKeys;
    this.now = options.now;
  }

  async handle(request: HttpRequest, fault?: DownloadFault): Promise<HttpResponse> {
    const response = await this.attempt(request, fault);
    const body = request.method === "HEAD" ? empty : response.body;
    const headers = { "x-amz-request-id": randomUUID(), ...response.headers };
    return { ...response, headers, body };
  }

  private async attempt(
    request: HttpRequest,
    fault: DownloadFault | undefined,
  ): Promise<HttpResponse> {
    try {
      const address = parseAddress(header(request, "host") ?? "", request.path);
      const chunks = await this.authorize(request, address);
      if (address.bucket === "") return this.listBuckets(request);
      return address.key === ""
        ? this.onBucket(request, address)
        : this.onObject(request, address, { fault, chunks });
    } catch (error) {
      if (error instanceof S3Error) return errorResponse(error);
      if (error instanceof URIError) return errorResponse(new S3Error("InvalidRequest", "bad URI"));
      throw error;
    }
  }

  /** @returns what the chunks of its body are signed with; undefined for nobody's request */
  private async authorize(
    request: HttpRequest,
    address: Address,
  ): Promise<ChunkSigner | undefined> {
    const verdict = await verify(request, this.accessKeys, this.now());
    if (verdict.kind === "signed") return verdict.chunks;
    if (verdict.kind === "refused") {
      throw new S3Error(codeOfRefusal[verdict.reason], verdict.message);
    }
    const reads = request.method === "GET" || request.method === "HEAD";
    if (!reads || address.key === "") throw new S3Error("AccessDenied", "Access Denied");
    return undefined;
  }

  private onObject(
    request: HttpRequest,
    { bucket, key }: Address,
    { fault, chunks }: Circumstances,
  ): HttpResponse {
    const objects = this.bucket(bucket);
    switch (request.method) {
      case "GET":
      case "HEAD": {
        const object = objects.get(key);
        if (object === undefined) {
          throw new S3Error("NoSuchKey", "The specified key does not exist.");
        }
        return download(request, object, fault);
      }
      case "PUT": {
        const object = this.newObject(request, chunks);
        objects.set(key, object);
        return answer(200, empty, {
          ETag: object.etag,
          "x-amz-checksum-crc32": object.checksumCrc32,
          "x-amz-checksum-type": "FULL_OBJECT",
        });
      }
      case "DELETE":
        objects.delete(key);
        return answer(204);
      default:
        throw new S3Error("MethodNotAllowed", `${request.method} is not served here`);
    }
  }

  private newObject(request: HttpRequest, chunks: ChunkSigner | undefined): StoredObject {
    const metadata = Object.keys(request.headers)
      .filter((name) => name.startsWith("x-amz-meta-"))
      .map((name) => [name, header(request, name) ?? ""] as const);
    return newObject({
      body: uploadedBody(request, chunks),
      contentType: header(request, "content-type"),
      metadata: Object.fromEntries(metadata),
      nowMs: this.now(),
    });
  }

  private onBucket(request: HttpRequest, { bucket }: Address): HttpResponse {
    switch (request.method) {
      case "PUT":
        return this.createBucket(bucket);
      case "HEAD":
        this.bucket(bucket);
        return answer(200);
      case "DELETE":
        if (this.bucket(bucket).size > 0) {
          throw new S3Error("BucketNotEmpty", "The bucket you tried to delete is not empty");
        }
        this.objects.deleteBucket(bucket);
        return answer(204);
      case "GET":
        return this.listObjects(bucket);
      default:
        throw new S3Error("MethodNotAllowed", `${request.method} is not served here`);
    }
  }

  private createBucket(bucket: string): HttpResponse {
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
      throw new S3Error("InvalidBucketName", "The specified bucket is not valid.");
    }
    if (!this.objects.createBucket(bucket)) {
      throw new S3Error("BucketAlreadyOwnedByYou", "You have created this bucket before.");
    }
    return answer(200, empty, { Location: `/${bucket}` });
  }

  private bucket(name: string): Map<string, StoredObject> {
    const objects = this.objects.bucket(name);
    if (objects === undefined) {
      throw new S3Error("NoSuchBucket", "The specified bucket does not exist");
    }
    return objects;
  }

  private listBuckets(request: HttpRequest): HttpResponse {
    if (request.method !== "GET") throw new S3Error("MethodNotAllowed", "Only GET is served here");
    const items = this.objects.bucketNames().map((name) => `<Bucket><Name>${name}</Name></Bucket>`);
    return xmlAnswer("ListAllMyBucketsResult", `<Buckets>${items.join("")}</Buckets>`);
  }

  /** All of them: no prefix, no pages. */
  private listObjects(bucket: string): HttpResponse {
    const items = [...this.bucket(bucket)].map(
      ([key, object]) =>
        `<Contents><Key>${escapeXml(key)}</Key><ETag>${escapeXml(object.etag)}</ETag>` +
        `<Size>${object.body.length}</Size></Contents>`,
    );
    const head = `<Name>${bucket}</Name><KeyCount>${items.length}</KeyCount>`;
    return xmlAnswer(
      "ListBucketResult",
      `${head}<IsTruncated>false</IsTruncated>${items.join("")}`,
    );
  }
}

function answer(
  status: number,
  body: Buffer = empty,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return { status, headers, body };
}

function xmlAnswer(root: string, content: string): HttpResponse {
  const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";
  const body = xml(`<${root} xmlns="${namespace}">${content}</${root}>`);
  return answer(200, body, { "Content-Type": "application/xml" });
}
