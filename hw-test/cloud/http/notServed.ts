import { randomUUID } from "node:crypto";
import { type HttpRequest, type HttpResponse, header } from "./message.ts";

const code = "NotImplemented";

/** Services whose REST speaks XML. */
const restXml = ["s3", "s3-outposts", "route53", "cloudfront"];

/**
 * The answer for a service that is not here, in the form that its own clients read errors in (AWS
 * protocols of Smithy: JSON 1.0 and 1.1, query, EC2 query, REST with JSON or XML).
 * @param name what the request is signed for
 */
export function notServed(
  request: HttpRequest,
  name: string,
  served: readonly string[],
): HttpResponse {
  const message = `${name} is not served by this local AWS, which has ${served.join(", ")}`;
  const type = header(request, "content-type") ?? "";
  const requestId = randomUUID();
  if (header(request, "x-amz-target") !== undefined || type.startsWith("application/x-amz-json")) {
    return json(type, { __type: code, message }, requestId);
  }
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  const id = `<RequestId>${requestId}</RequestId>`;
  if (type.startsWith("application/x-www-form-urlencoded") && name === "ec2") {
    return xml(`<Response><Errors>${error}</Errors><RequestID>${requestId}</RequestID></Response>`);
  }
  if (type.startsWith("application/x-www-form-urlencoded") || restXml.includes(name)) {
    return xml(`<ErrorResponse>${error}${id}</ErrorResponse>`);
  }
  return json("application/json", { message }, requestId);
}

function json(type: string, body: object, requestId: string): HttpResponse {
  return {
    status: 501,
    headers: {
      "Content-Type": type === "" ? "application/json" : type,
      "x-amzn-ErrorType": code,
      "x-amzn-RequestId": requestId,
    },
    body: Buffer.from(JSON.stringify(body)),
  };
}

function xml(content: string): HttpResponse {
  const body = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${content}`);
  return { status: 501, headers: { "Content-Type": "text/xml" }, body };
}
