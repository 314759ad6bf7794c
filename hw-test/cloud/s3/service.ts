import { randomUUID } from "node:crypto";
import type { Now } from "../clock.ts";
import { type HttpRequest, type HttpResponse, header, parseQuery } from "../http/message.ts";
import type { ChunkSigner } from "../sigv4/chunkSigner.ts";
import type { AccessKey } from "../sigv4/presign.ts";
import { type Refusal, verify } from "../sigv4/verify.ts";
import { parseAddress } from "./address.ts";
import { bucketOperations } from "./bucketOperations.ts";
import type { DownloadFault } from "./download.ts";
import { multipartOperations } from "./multipartOperations.ts";
import { objectOperations } from "./objectOperations.ts";
import type { ObjectStore } from "./objects.ts";
import { findOperation, type S3Operation, withQueryHeaders } from "./operation.ts";
import { errorResponse, S3Error, type S3ErrorCode } from "./s3Error.ts";

const codeOfRefusal: Readonly<Record<Refusal, S3ErrorCode>> = {
  malformed: "AuthorizationQueryParametersError",
  "other version": "InvalidRequest",
  "unknown key": "InvalidAccessKeyId",
  mismatch: "SignatureDoesNotMatch",
  skewed: "RequestTimeTooSkewed",
  expired: "AccessDenied",
  "unsigned header": "AccessDenied",
};

/** What everyone may do, unsigned. */
const openOperations: ReadonlySet<string> = new Set(["GetObject", "HeadObject"]);

/**
 * S3's REST API, as far as firmware files need it (docs/decisions/010-s3.md). Everyone may read an
 * object; whatever else wants a signature, and one that is given must be right.
 */
export class S3Service {
  private readonly operations: readonly S3Operation[];
  private readonly accessKeys: readonly AccessKey[];
  private readonly now: Now;

  constructor(options: {
    readonly objects: ObjectStore;
    readonly region: string;
    readonly accessKeys: readonly AccessKey[];
    readonly now: Now;
  }) {
    const { objects: store, region, now } = options;
    this.operations = [
      ...bucketOperations({ store, region, now }),
      ...objectOperations(store, now),
      ...multipartOperations(store, now),
    ];
    this.accessKeys = options.accessKeys;
    this.now = now;
  }

  async handle(request: HttpRequest, fault?: DownloadFault): Promise<HttpResponse> {
    const response = await this.attempt(request, fault);
    const body = request.method === "HEAD" ? Buffer.alloc(0) : response.body;
    const headers = { "x-amz-request-id": randomUUID(), ...response.headers };
    return { ...response, headers, body };
  }

  private async attempt(
    request: HttpRequest,
    fault: DownloadFault | undefined,
  ): Promise<HttpResponse> {
    try {
      const address = parseAddress(header(request, "host") ?? "", request.path);
      const signer = await this.signer(request);
      const call = {
        ...address,
        request: withQueryHeaders(request),
        query: parseQuery(request.query),
        chunks: signer?.chunks,
        fault,
      };
      const operation = findOperation(this.operations, call);
      if (signer === undefined && !openOperations.has(operation.name)) {
        throw new S3Error("AccessDenied", "Access Denied");
      }
      return await operation.run(call);
    } catch (error) {
      if (error instanceof S3Error) return errorResponse(error);
      if (error instanceof URIError) return errorResponse(new S3Error("InvalidRequest", "bad URI"));
      throw error;
    }
  }

  /** @returns undefined for nobody's request */
  private async signer(
    request: HttpRequest,
  ): Promise<{ readonly chunks: ChunkSigner } | undefined> {
    const verdict = await verify(request, this.accessKeys, this.now());
    if (verdict.kind === "anonymous") return undefined;
    if (verdict.kind === "signed") return verdict;
    throw new S3Error(codeOfRefusal[verdict.reason], verdict.message);
  }
}
