import assert from "node:assert/strict";
import { test } from "node:test";
import type { IoTClient } from "@aws-sdk/client-iot";
import type { S3Client } from "@aws-sdk/client-s3";
import { startAwsTarget } from "./awsTarget.ts";

const certificateArn = "arn:aws-cn:iot:cn-north-1:111122223333:cert/c0ffee";
const answers: Readonly<Record<string, object>> = {
  DescribeEndpoint: { endpointAddress: "x-ats.iot.cn-north-1.amazonaws.com.cn" },
  CreateKeysAndCertificate: {
    certificateArn,
    certificateId: "c0ffee",
    certificatePem: "CERT",
    keyPair: { PrivateKey: "KEY" },
  },
  CreateThing: { thingArn: "arn:aws-cn:iot:cn-north-1:111122223333:thing/fota-1-t" },
};

interface Call {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** An AWS that only remembers; `failing` commands fail so many times. */
function fakeAws(failing: Record<string, number> = {}, patienceMs = 60_000) {
  const calls: Call[] = [];
  const iot = {
    async send(command: { readonly input: Call["input"] }) {
      const name = command.constructor.name.replace(/Command$/, "");
      calls.push({ name, input: command.input });
      const left = failing[name] ?? 0;
      failing[name] = left - 1;
      if (left > 0) throw new Error(`${name} failed`);
      return answers[name] ?? {};
    },
  } as unknown as IoTClient;
  const options = {
    iot,
    s3: {} as S3Client,
    bucket: "b",
    roleArn: undefined,
    prefix: "fota-1",
    pace: { patienceMs, pollMs: 1, quietMs: 0, timerLagMs: 0, caseMaxMs: 1 },
  };
  return { options, names: () => calls.map(({ name }) => name), calls };
}

const made = ["DescribeEndpoint", "CreateKeysAndCertificate", "CreatePolicy", "AttachPolicy"];
const unmade = ["DetachPolicy", "DeletePolicy", "UpdateCertificate", "DeleteCertificate"];

test("one certificate and one policy are made for a run, and deleted with it", async () => {
  const { options, names, calls } = fakeAws();
  const target = await startAwsTarget(options);
  assert.deepEqual(names(), made);
  assert.deepEqual(await target.stop(), []);
  assert.deepEqual(names().slice(made.length), unmade);
  assert.equal(calls.at(-1)?.input["certificateId"], "c0ffee");
  assert.deepEqual(await target.stop(), []);
  assert.equal(names().length, made.length + unmade.length);
});

test("the policy lets a thing use its own Jobs topics, in its own account and partition", async () => {
  const { options, calls } = fakeAws();
  await startAwsTarget(options);
  const policy = calls.find(({ name }) => name === "CreatePolicy");
  const { Statement } = JSON.parse(String(policy?.input["policyDocument"]));
  const scope = "arn:aws-cn:iot:cn-north-1:111122223333";
  const topics = `$aws/things/\${iot:Connection.Thing.ThingName}/jobs/*`;
  assert.deepEqual(
    Statement.map(({ Resource }: { Resource: string }) => Resource),
    [
      `${scope}:client/\${iot:Connection.Thing.ThingName}`,
      `${scope}:topic/${topics}`,
      `${scope}:topic/$aws/things/\${iot:Connection.Thing.ThingName}/shadow/update`,
      `${scope}:topicfilter/${topics}`,
    ],
  );
});

test("a run that cannot start leaves nothing behind", async () => {
  for (const [step, expected] of [
    ["DescribeEndpoint", []],
    ["CreateKeysAndCertificate", []],
    ["CreatePolicy", unmade.slice(2)],
    ["AttachPolicy", unmade.slice(1)],
  ] as const) {
    const { options, names } = fakeAws({ [step]: 1 });
    await assert.rejects(startAwsTarget(options), { message: `Error: ${step} failed` });
    assert.deepEqual(names().slice(made.indexOf(step) + 1), expected, step);
  }
});

test("what cannot be deleted is tried again, then named, and the rest is deleted", async () => {
  const again = fakeAws({ DeletePolicy: 2 });
  assert.deepEqual(await (await startAwsTarget(again.options)).stop(), []);
  const never = fakeAws({ DeletePolicy: 1 }, 0);
  const left = await (await startAwsTarget(never.options)).stop();
  assert.deepEqual(left, ["policy fota-1-policy: Error: DeletePolicy failed"]);
  assert.ok(never.names().includes("DeleteCertificate"));
  const stuck = fakeAws({ AttachPolicy: 1, DeletePolicy: 1 }, 0);
  await assert.rejects(startAwsTarget(stuck.options), { message: /left behind: policy fota-1-/ });
});

test("a thing is tied to the certificate, untied and deleted, though AWS hesitates", async () => {
  const { options, names, calls } = fakeAws({ DeleteThing: 3 });
  const target = await startAwsTarget(options);
  const thing = await target.createThing("fota-1-t");
  assert.equal(thing.connection.clientId, "fota-1-t");
  assert.equal(thing.connection.host, "x-ats.iot.cn-north-1.amazonaws.com.cn");
  assert.deepEqual([thing.connection.cert, thing.connection.key], ["CERT", "KEY"]);
  assert.equal(calls.at(-1)?.input["principal"], certificateArn);
  await thing.delete();
  const deletes = ["DeleteThing", "DeleteThing", "DeleteThing", "DeleteThing"];
  assert.deepEqual(names().slice(-5), ["DetachThingPrincipal", ...deletes]);
});

test("a thing that cannot be tied to the certificate is deleted at once", async () => {
  const { options, names } = fakeAws({ AttachThingPrincipal: 1 });
  const target = await startAwsTarget(options);
  await assert.rejects(target.createThing("fota-1-t"), { message: "AttachThingPrincipal failed" });
  assert.equal(names().at(-1), "DeleteThing");
});
