import assert from "node:assert/strict";
import { EventEmitter, on, once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { after, test } from "node:test";
import { Aedes } from "aedes";
import { nodeNetwork } from "../../hw-test/model/node-network.ts";
import { VirtualClock } from "../../hw-test/model/virtual-clock.ts";
import { wholeMessages } from "../../hw-test/model/whole-message.ts";
import { config } from "../config.ts";
import { MqttClient } from "./client.ts";

// Against a broker that is not ours, over real TCP; only time is virtual: it passes when the test
// says so, and nothing here depends on how fast the machine is.

interface Broker {
  readonly aedes: Aedes;
  readonly port: number;
  close(): Promise<void>;
}

async function startBroker(aedes: Aedes, port: number): Promise<Broker> {
  const streams = new Set<Socket>();
  const server: Server = createServer((stream) => {
    streams.add(stream);
    aedes.handle(stream);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    aedes,
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const stream of streams) stream.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

test("interoperates with aedes: QoS 1 both ways, keep-alive, restart, session", async () => {
  const clock = new VirtualClock();
  const aedes = await Aedes.createBroker({ keepaliveLimit: 0 });
  let broker = await startBroker(aedes, 0);
  const events = new EventEmitter();
  const client = new MqttClient({
    network: nodeNetwork,
    clock,
    random: () => 0.5,
    log: () => {},
    target: { host: "127.0.0.1", port: broker.port, security: "broker" },
    clientId: "tracker-1",
    subscriptions: ["to/tracker/+"],
    events: {
      onConnected: () => events.emit("connected"),
      ...wholeMessages((topic, payload) => events.emit("message", topic, payload.toString())),
      onDisconnected: (reason) => events.emit("disconnected", reason),
    },
  });
  after(async () => {
    client.stop();
    await broker.close();
    aedes.close();
  });

  client.start();
  await once(events, "connected");

  // To the broker.
  const atBroker: [string, string][] = [];
  const heard = new EventEmitter();
  aedes.on("publish", (packet, from) => {
    if (from === null) return;
    atBroker.push([packet.topic, String(packet.payload)]);
    heard.emit("publish");
  });
  const first = once(heard, "publish");
  assert.equal(client.publish("from/tracker", "hällo", 1), "taken");
  await first;
  assert.deepEqual(atBroker, [["from/tracker", "hällo"]]);

  // From the broker; the acknowledgement arrives.
  const acknowledged = once(aedes, "ack");
  const message = once(events, "message");
  aedes.publish(packetTo("to/tracker/a", "wörld"), () => {});
  assert.deepEqual(await message, ["to/tracker/a", "wörld"]);
  await acknowledged;

  // Far longer than any buffer of the client's: it comes in pieces, and the next one behind it.
  const big = "0123456789".repeat(12_000);
  const messages = on(events, "message");
  aedes.publish(packetTo("to/tracker/big", big), () => {});
  aedes.publish(packetTo("to/tracker/b", "small"), () => {});
  assert.deepEqual((await messages.next()).value, ["to/tracker/big", big]);
  assert.deepEqual((await messages.next()).value, ["to/tracker/b", "small"]);

  // Keep-alive: the broker sees a PINGREQ, and the connection stays.
  const ping = once(aedes, "ping");
  clock.advance(config.mqttKeepAliveS * 1000);
  await ping;

  // The broker's listener goes and comes back; what was published meanwhile waits in the session.
  const gone = once(events, "disconnected");
  await broker.close();
  await gone;
  aedes.publish(packetTo("to/tracker/c", "kept"), () => {});
  const again = once(events, "connected");
  const kept = once(events, "message");
  const repeated = once(heard, "publish");
  assert.equal(client.publish("from/tracker", "while away", 1), "taken");
  broker = await startBroker(aedes, broker.port);
  clock.advance(clock.nextDelayMs ?? 0);
  await again;
  assert.deepEqual(await kept, ["to/tracker/c", "kept"]);
  await repeated;
  assert.deepEqual(atBroker.at(-1), ["from/tracker", "while away"]);
});

function packetTo(topic: string, text: string) {
  const payload = Buffer.from(text);
  return { cmd: "publish", topic, payload, qos: 1, dup: false, retain: false } as const;
}
