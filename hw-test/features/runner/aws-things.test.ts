import assert from "node:assert/strict";
import { test } from "node:test";
import type { IoTClient } from "@aws-sdk/client-iot";
import { AwsThings } from "./aws-things.ts";

type Command = { readonly constructor: { readonly name: string }; readonly input: object };

/** Answers as AWS IoT does, and keeps what it was asked. */
class FakeIot {
  readonly asked: string[] = [];
  readonly inputs: Record<string, object> = {};
  failing = "";

  readonly send = (async (command: Command) => {
    const name = command.constructor.name.replace(/Command$/, "");
    this.asked.push(name);
    this.inputs[name] = command.input;
    if (name === this.failing) throw new Error("refused");
    return {
      thingArn: "arn:thing",
      certificateArn: "arn:certificate",
      certificateId: "c1",
      certificatePem: "CERT",
      keyPair: { PrivateKey: "KEY" },
    };
  }) as IoTClient["send"];
}

const names = { policyName: "bench-policy", region: "eu-west-1", retryMs: 0 };

test("a tracker gets a thing, a certificate and no more rights than its own jobs", async () => {
  const iot = new FakeIot();
  const registered = await new AwsThings(iot, names).register("t1");
  const certificate = { cert: "CERT", key: "KEY" };
  assert.deepEqual(registered, { id: "t1", arn: "arn:thing", certificate });
  const { policyDocument } = iot.inputs["CreatePolicy"] as { policyDocument: string };
  const { Statement } = JSON.parse(policyDocument) as {
    Statement: { Action: string[]; Resource: string }[];
  };
  const own = "${" + "iot:Connection.Thing.ThingName}";
  assert.deepEqual(
    Statement.map(({ Action, Resource }) => [...Action, Resource]),
    [
      ["iot:Connect", `arn:aws:iot:eu-west-1:*:client/${own}`],
      ["iot:Publish", "iot:Receive", `arn:aws:iot:eu-west-1:*:topic/$aws/things/${own}/jobs/*`],
      ["iot:Publish", `arn:aws:iot:eu-west-1:*:topic/$aws/things/${own}/shadow/update`],
      ["iot:Subscribe", `arn:aws:iot:eu-west-1:*:topicfilter/$aws/things/${own}/jobs/*`],
    ],
  );
});

test("all that was made is deleted again, the policy last", async () => {
  const iot = new FakeIot();
  const things = new AwsThings(iot, names);
  await things.register("t1");
  await things.register("t2");
  assert.equal(iot.asked.filter((name) => name === "CreatePolicy").length, 1);
  iot.asked.length = 0;
  assert.deepEqual(await things.deleteAll(), []);
  const one = [
    "DetachThingPrincipal",
    "DetachPolicy",
    "UpdateCertificate",
    "DeleteCertificate",
    "DeleteThing",
  ];
  assert.deepEqual(iot.asked, [...one, ...one, "DeletePolicy"]);
  assert.deepEqual(await things.deleteAll(), []);
});

test("what could not be deleted is told, and the rest is deleted all the same", async () => {
  const iot = new FakeIot();
  const things = new AwsThings(iot, names);
  await things.register("t1");
  iot.failing = "DeleteCertificate";
  assert.deepEqual(await things.deleteAll(), ["certificate of t1: refused"]);
  assert.deepEqual(iot.asked.slice(-2), ["DeleteThing", "DeletePolicy"]);
});

test("a certificate is deleted even if it could not be attached", async () => {
  const iot = new FakeIot();
  const things = new AwsThings(iot, names);
  iot.failing = "AttachThingPrincipal";
  await assert.rejects(things.register("t1"), /refused/);
  await things.deleteAll();
  assert.ok(iot.asked.includes("DeleteCertificate"));
});
