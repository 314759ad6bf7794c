import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  DeletePolicyCommand,
  DescribeCertificateCommand,
  type IoTClient,
  ListThingPrincipalsCommand,
  UpdateCertificateCommand,
} from "@aws-sdk/client-iot";
import { attachPolicy, attachThing, createCertificate, createPolicy } from "../aws/provisioning.ts";
import { type Cloud, startCloud } from "../cloud.ts";
import { sdkClients } from "../testing/clients.ts";
import { connectTracker } from "../testing/tracker.ts";

let cloud: Cloud;
let iot: IoTClient;

before(async () => {
  cloud = await startCloud();
  iot = sdkClients(cloud).iot;
});

after(() => cloud.stop());

test("a certificate that AWS IoT made connects as what it is attached to, once it may", async () => {
  cloud.createThing("one");
  cloud.createThing("two");
  const { cert, key, arn: principal, id, delete: remove } = await createCertificate(iot);
  const connect = (thingName: string) => connectTracker(cloud, thingName, { cert, key });
  const refused = { message: /Not authorized/ };
  const detachOne = await attachThing(iot, { thingName: "one", principal });
  const detachTwo = await attachThing(iot, { thingName: "two", principal });
  await assert.rejects(connect("one"), refused);
  const scope = "arn:aws:iot:eu-west-1:123456789012";
  const deletePolicy = await createPolicy(iot, "trackers", scope);
  const detach = await attachPolicy(iot, { policyName: "trackers", target: principal });
  for (const thingName of ["one", "two"]) {
    const tracker = await connect(thingName);
    assert.equal((await tracker.request("get")).topic, "get/accepted");
    await tracker.end();
  }
  await assert.rejects(connect("three"), refused);
  await detachTwo();
  await assert.rejects(connect("two"), refused);
  const listed = await iot.send(new ListThingPrincipalsCommand({ thingName: "one" }));
  assert.deepEqual(listed.principals, [principal]);
  await iot.send(new UpdateCertificateCommand({ certificateId: id, newStatus: "INACTIVE" }));
  await assert.rejects(connect("one"), refused);
  await assert.rejects(iot.send(new DeletePolicyCommand({ policyName: "trackers" })), {
    name: "DeleteConflictException",
  });
  await assert.rejects(remove(), { name: "DeleteConflictException" });
  await detachOne();
  await detach();
  await remove();
  await deletePolicy();
  await assert.rejects(iot.send(new DescribeCertificateCommand({ certificateId: id })), {
    name: "ResourceNotFoundException",
  });
});
