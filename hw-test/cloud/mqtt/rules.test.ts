import assert from "node:assert/strict";
import { test } from "node:test";
import mqttPacket, { type Packet } from "mqtt-packet";
import { FrameSplitter, payloadMaxBytes } from "./frames.ts";
import { effectiveKeepAliveS, mayUse, refusePacket } from "./rules.ts";

function refusal(packet: Packet): string | undefined {
  const [frame] = new FrameSplitter().push(mqttPacket.generate(packet));
  if (frame === undefined) throw new Error("no whole packet");
  return refusePacket(frame);
}

test("a thing has its own reserved topics and every ordinary one", () => {
  const cases: ReadonlyArray<readonly [string, boolean]> = [
    ["$aws/things/t/jobs/get", true],
    ["$aws/things/t/jobs/+/update/accepted", true],
    ["$aws/things/t/shadow/#", true],
    ["tracker/t/data", true],
    ["+/things/t/jobs/notify", true],
    ["#", true],
    ["$aws/things/other/jobs/get", false],
    ["$aws/things/tt/jobs/get", false],
    ["$aws/things/+/jobs/notify", false],
    ["$aws/#", false],
    ["$SYS/local-aws/new/clients", false],
    ["$share/group/topic", false],
  ];
  for (const [topic, allowed] of cases) assert.equal(mayUse("t", topic), allowed, topic);
});

test("limits of AWS IoT Core, at the limit and beyond", () => {
  const message = { cmd: "publish", dup: false, messageId: 1 } as const;
  const reserved = "$aws/things/t/jobs/get";
  const publish = (topic: string, payload: string | Buffer, qos: 0 | 1 | 2, retain = false) =>
    refusal({ ...message, topic, payload, qos, retain });
  assert.equal(publish(reserved, "{}", 1), undefined);
  assert.equal(publish("data", "{}", 1, true), undefined);
  assert.match(publish(reserved, "{}", 1, true) ?? "", /retained/);
  assert.match(publish(reserved, "{}", 2) ?? "", /QoS 2/);
  assert.equal(publish("data", Buffer.alloc(payloadMaxBytes), 1), undefined);
  assert.match(publish("data", Buffer.alloc(payloadMaxBytes + 1), 1) ?? "", /131073 bytes/);
  const subscribe = (count: number) =>
    refusal({
      cmd: "subscribe",
      messageId: 1,
      subscriptions: Array.from({ length: count }, (_, index) => ({ topic: `${index}`, qos: 0 })),
    });
  assert.equal(subscribe(8), undefined);
  assert.match(subscribe(9) ?? "", /more than 8/);
});

test("keep-alive is brought into AWS IoT Core's bounds", () => {
  assert.deepEqual(
    [0, 1, 30, 240, 1200, 1201, 65_535].map(effectiveKeepAliveS),
    [1200, 30, 30, 240, 1200, 1200, 1200],
  );
});
