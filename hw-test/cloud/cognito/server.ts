import { randomBytes, randomUUID } from "node:crypto";
import { realClock } from "../clock.ts";
import { userKey } from "../credentials.ts";
import { type HttpRequest, type HttpResponse, header } from "../http/message.ts";
import { startHttpServer } from "../http/server.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { loopback } from "../listen.ts";
import { verify } from "../sigv4/verify.ts";
import { type Operation, operations } from "./operations.ts";
import { TokenMaker } from "./tokens.ts";
import { UserPool } from "./userPool.ts";
import { UserPoolError } from "./userPoolError.ts";

/** One user pool with one app client, served on the loopback interface. */
export interface UserPoolServer {
  /** For the `endpoint` option of `CognitoIdentityProviderClient`. */
  readonly endpoint: string;
  readonly userPoolId: string;
  readonly clientId: string;
  stop(): Promise<void>;
}

const targetPrefix = "AWSCognitoIdentityProviderService.";

export async function startUserPool(options: {
  readonly region: string;
  readonly now?: () => number;
}): Promise<UserPoolServer> {
  const { region, now = realClock.now } = options;
  const userPoolId = `${region}_${randomBytes(5).toString("hex").slice(0, 9)}`;
  const clientId = randomUUID().replaceAll("-", "").slice(0, 26);
  const issuer = `https://cognito-idp.${region}.amazonaws.com/${userPoolId}`;
  const tokens = new TokenMaker({ issuer, clientId, now });
  const served = operations({ pool: new UserPool(now), tokens, userPoolId, clientId });
  const handle = (request: HttpRequest) => answer(request, served, now());
  const server = await startHttpServer({ name: "user pool", port: 0, now, handle });
  const endpoint = `http://${loopback}:${server.port}`;
  return { endpoint, userPoolId, clientId, stop: () => server.stop() };
}

/** The AWS JSON 1.1 protocol: the operation is named in a header, the input is the body. */
async function answer(
  request: HttpRequest,
  served: Readonly<Record<string, Operation>>,
  nowMs: number,
): Promise<HttpResponse> {
  const name = (header(request, "x-amz-target") ?? "").replace(targetPrefix, "");
  const operation = Object.hasOwn(served, name) ? served[name] : undefined;
  if (operation === undefined) return failure("UnknownOperationException", `no operation ${name}`);
  if (operation.signed && (await verify(request, [userKey], nowMs)).kind !== "signed") {
    return failure("UnrecognizedClientException", `${name} needs AWS credentials`);
  }
  try {
    return respond(200, operation.run(parse(request.body)));
  } catch (error) {
    if (!(error instanceof UserPoolError)) throw error;
    return failure(error.name, error.message);
  }
}

function parse(bytes: Buffer): JsonObject {
  try {
    const body = JSON.parse(bytes.toString("utf8")) as Json;
    if (isObject(body)) return body;
  } catch {
    // Falls through: either way it is no JSON object.
  }
  throw new UserPoolError("InvalidParameterException", "the body is not a JSON object");
}

function failure(type: string, message: string): HttpResponse {
  return respond(400, { __type: type, message });
}

function respond(status: number, body: JsonObject): HttpResponse {
  const headers = {
    "Content-Type": "application/x-amz-json-1.1",
    "x-amzn-RequestId": randomUUID(),
  };
  return { status, headers, body: Buffer.from(JSON.stringify(body)) };
}
