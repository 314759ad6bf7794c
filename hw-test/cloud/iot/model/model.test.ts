import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { type Cloud, startCloud } from "../../cloud.ts";
import type { JsonObject } from "../../json.ts";
import { allowed, fieldsOf, forbidden, sample, withField } from "../../testing/modelRequests.ts";
import { signed } from "../../testing/signed.ts";
import { type ServiceName, served } from "./served.ts";
import { type Member, reduced, serviceModel } from "./serviceModel.ts";

/** Amazon's own model of its services, as Debian's awscli has it: the oracle. */
const data = "/usr/lib/python3/dist-packages/awscli/botocore/data";
const skip = existsSync(data) ? false : "awscli is not installed: apt-get install awscli";

/** As they are signed. */
const signingNames = { iot: "iot", "iot-jobs-data": "iot-jobs-data", "iot-data": "iotdata" };

/** What is refused for another reason than a field's own value: by name, or as it does not fit the rest. */
const otherReasons =
  /is missing|not served|not supported|not JSON|no S3 object|YYYY-MM-DD|needs |cannot be set here|nextToken a is not valid/;

/** The error of an answer. */
interface Told {
  readonly error: string | undefined;
  readonly message: string;
}

let cloud: Cloud;
before(async () => {
  cloud = await startCloud();
});
after(() => cloud.stop());

for (const service of Object.keys(served) as ServiceName[]) {
  describe(`requests to ${service}`, { skip }, () => {
    const model = skip
      ? { operations: {}, shapes: {} }
      : reduced(serviceModel(data, service), served[service]);
    for (const [name, { http, input }] of Object.entries(model.operations)) {
      const shape = model.shapes[input?.shape ?? ""];
      if (shape?.members === undefined) continue;
      const base = sample(shape, model.shapes);
      const send = (request: JsonObject) => ask(service, http, shape.members ?? {}, request);
      const fields = fieldsOf(shape, model.shapes, []);

      it(`${name}: what the model forbids is InvalidRequestException and names the field`, async () => {
        for (const { path, shape: own } of fields) {
          const location: Member["location"] = shape.members?.[path[0] ?? ""]?.location;
          for (const value of forbidden(own, location)) {
            const { error, message }: Told = await send(
              withField(base, path, value, { shape, shapes: model.shapes }),
            );
            const told: string = `${name} ${path.join(".")} = ${JSON.stringify(value).slice(0, 80)}: ${error} ${message}`;
            assert.equal(error, "InvalidRequestException", told);
            assert.ok(message.includes(path.at(-1) ?? ""), told);
          }
        }
      });

      it(`${name}: what the model allows is not refused for itself`, async () => {
        for (const { path, shape: own } of fields) {
          for (const value of allowed(own)) {
            const { error, message }: Told = await send(
              withField(base, path, value, { shape, shapes: model.shapes }),
            );
            const told: string = `${name} ${path.join(".")} = ${JSON.stringify(value).slice(0, 80)}: ${error} ${message}`;
            if (error === "InvalidRequestException") assert.match(message, otherReasons, told);
            assert.notEqual(error, "InternalException", told);
          }
        }
      });
    }
  });
}

async function ask(
  service: ServiceName,
  http: { readonly method: string; readonly requestUri: string },
  members: Readonly<Record<string, Member>>,
  request: JsonObject,
): Promise<Told> {
  const at = (location: Member["location"]) =>
    Object.entries(request).flatMap(([name, value]) => {
      const member = members[name];
      if (member?.location !== location || value === undefined) return [];
      return [[member?.locationName ?? name, value] as const];
    });
  const texts = (location: Member["location"]) =>
    Object.fromEntries(at(location).map(([name, value]) => [name, String(value)]));
  const uri = texts("uri");
  const path = http.requestUri
    .replace(/\?.*/, "")
    .replace(/\{([^}+]+)\+?\}/g, (_, name: string) => encodeURIComponent(uri[name] ?? "a"));
  const body = Object.fromEntries(at(undefined));
  const answer = await signed(cloud, signingNames[service], {
    method: http.method,
    path,
    query: texts("querystring"),
    headers: texts("header"),
    ...(http.method === "GET" ? {} : { body }),
  });
  const error = answer.headers.get("x-amzn-errortype") ?? undefined;
  const { message = "" } = JSON.parse(answer.text) as { message?: string };
  return { error, message };
}
