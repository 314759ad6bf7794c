import { randomUUID } from "node:crypto";
import type { Now } from "../clock.ts";
import { type HttpRequest, type HttpResponse, header } from "../http/message.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { type ErrorCode, invalidRequest, ServiceError } from "../serviceError.ts";
import type { AccessKey } from "../sigv4/presign.ts";
import { type Refusal, verify } from "../sigv4/verify.ts";
import { RequestCheck } from "./model/check.ts";
import type { ServiceName } from "./model/served.ts";
import { type Call, findRoute, type Route } from "./route.ts";

interface RestError {
  readonly status: number;
  readonly type: string;
}

/** AWS IoT API Reference, "Errors" of each operation. */
const restErrors: Readonly<Record<ErrorCode, RestError>> = {
  InvalidTopic: { status: 400, type: "InvalidRequestException" },
  InvalidJson: { status: 400, type: "InvalidRequestException" },
  InvalidRequest: { status: 400, type: "InvalidRequestException" },
  InvalidStateTransition: { status: 409, type: "InvalidStateTransitionException" },
  ResourceNotFound: { status: 404, type: "ResourceNotFoundException" },
  ResourceAlreadyExists: { status: 409, type: "ResourceAlreadyExistsException" },
  VersionMismatch: { status: 409, type: "VersionConflictException" },
  TerminalStateReached: { status: 410, type: "TerminalStateException" },
  LimitExceeded: { status: 410, type: "LimitExceededException" },
  CertificateState: { status: 406, type: "CertificateStateException" },
  DeleteConflict: { status: 409, type: "DeleteConflictException" },
  RequestEntityTooLarge: { status: 413, type: "RequestEntityTooLargeException" },
  ShadowConflict: { status: 409, type: "ConflictException" },
  RequestThrottled: { status: 429, type: "ThrottlingException" },
  InternalError: { status: 500, type: "InternalException" },
};

const typeOfRefusal: Readonly<Record<Refusal, string>> = {
  malformed: "IncompleteSignatureException",
  "other version": "IncompleteSignatureException",
  "unknown key": "UnrecognizedClientException",
  mismatch: "InvalidSignatureException",
  skewed: "InvalidSignatureException",
  expired: "InvalidSignatureException",
  "unsigned header": "InvalidSignatureException",
};

/** A service of AWS IoT: REST with JSON bodies, signed with SigV4. */
export class IotService {
  private readonly name: string;
  private readonly requestCheck: RequestCheck;
  private readonly routes: readonly Route[];
  private readonly accessKeys: readonly AccessKey[];
  private readonly now: Now;

  /** @param options `name` as in its errors; `model` is what its requests are held to; `routes` all that it does */
  constructor(options: {
    readonly name: string;
    readonly model: ServiceName;
    readonly routes: readonly Route[];
    readonly accessKeys: readonly AccessKey[];
    readonly now: Now;
  }) {
    this.name = options.name;
    this.requestCheck = new RequestCheck(options.model);
    this.routes = options.routes;
    this.accessKeys = options.accessKeys;
    this.now = options.now;
  }

  async handle(request: HttpRequest): Promise<HttpResponse> {
    const refusal = await this.refuse(request);
    if (refusal !== undefined) return refusal;
    try {
      return respond(200, {}, this.run(request));
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      const { status, type } = restErrors[error.code];
      return failure({ status, type }, error.message);
    }
  }

  private async refuse(request: HttpRequest): Promise<HttpResponse | undefined> {
    const verdict = await verify(request, this.accessKeys, this.now());
    if (verdict.kind === "anonymous") {
      const type = "MissingAuthenticationTokenException";
      return failure({ status: 403, type }, "Missing Authentication Token");
    }
    if (verdict.kind === "signed") return undefined;
    return failure({ status: 403, type: typeOfRefusal[verdict.reason] }, verdict.message);
  }

  private run(request: HttpRequest): JsonObject {
    const found = findRoute(this.routes, request.method, request.path);
    if (found === undefined) {
      throw invalidRequest(
        `${request.method} ${request.path} is not served by this local ${this.name}`,
      );
    }
    const query = new URLSearchParams(request.query);
    const call: Call = {
      path: found.path,
      query,
      header: (name) => header(request, name),
      body: parseBody(request.body),
    };
    this.requestCheck.check(found.route, call);
    return found.route.run(call);
  }
}

function parseBody(bytes: Buffer): JsonObject {
  if (bytes.length === 0) return {};
  try {
    const body = JSON.parse(bytes.toString("utf8")) as Json;
    if (isObject(body)) return body;
  } catch {
    // Falls through: either way it is no JSON object.
  }
  throw invalidRequest("the body is not a JSON object");
}

function failure({ status, type }: RestError, message: string): HttpResponse {
  return respond(status, { "x-amzn-ErrorType": type }, { message });
}

function respond(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: JsonObject,
): HttpResponse {
  return {
    status,
    headers: {
      "Content-Type": "application/json",
      "x-amzn-RequestId": randomUUID(),
      ...headers,
    },
    body: Buffer.from(JSON.stringify(body)),
  };
}
