import mqttPacket, { type Packet } from "mqtt-packet";
import { MqttClient, type MqttEvents } from "../../../firmware/mqtt/client.ts";
import { BrokenInvariant } from "../../desk/broken-invariant.ts";
import type { Random } from "../../desk/random.ts";
import { ScriptedNetwork } from "../../model/scripted-network.ts";
import { VirtualClock } from "../../model/virtual-clock.ts";
import type { Fuzzer } from "./fuzzer.ts";
import { joined, mutateBytes } from "./mutate.ts";

const topic = "$aws/things/tracker-1/jobs/notify-next";
const publish = { cmd: "publish", topic, dup: false, retain: false } as const;
const packets: readonly Packet[] = [
  { cmd: "connack", returnCode: 0, sessionPresent: false },
  { cmd: "suback", messageId: 1, granted: [1] },
  { ...publish, qos: 1, messageId: 7, payload: '{"timestamp":1}' },
  { ...publish, qos: 0, payload: "x".repeat(300) },
  { cmd: "puback", messageId: 2 },
  { cmd: "pingresp" },
];
const frames = packets.map((packet) => new Uint8Array(mqttPacket.generate(packet)));

/** What a broker sends in one connection, damaged, in pieces: taken, or the connection is closed. */
export const mqttFuzzer: Fuzzer = {
  name: "mqtt",
  count: 100_000,
  feed(random) {
    const clock = new VirtualClock();
    const network = new ScriptedNetwork();
    const events = new Listener();
    const client = new MqttClient({
      network,
      clock,
      random: random.next,
      log: () => {},
      target: { host: "broker.example", port: 8883, security: "broker" },
      clientId: "tracker-1",
      subscriptions: [topic],
      events,
    });
    client.start();
    const { socket } = network;
    socket.grant(4096);
    const stream = anyStream(random);
    const pieceBytes = random.pick([1, 5, 64, 4096]);
    for (let at = 0; at < stream.length; at += pieceBytes) {
      socket.deliver(stream.slice(at, at + pieceBytes));
      if (!socket.isClosed && socket.unreadBytes > 0)
        throw new BrokenInvariant("bytes left unread");
    }
    events.check(client.isConnected());
    client.stop();
    if (!socket.isClosed) throw new BrokenInvariant("stopped, and the socket is open");
  },
};

function anyStream(random: Random): Uint8Array {
  const order = random.below(2) === 0 ? frames : random.shuffled(frames);
  const stream = joined(...order);
  return random.below(8) === 0 ? stream : mutateBytes(stream, random);
}

class Listener implements MqttEvents {
  private connections = 0;
  private isInMessage = false;

  onConnected(): void {
    this.connections += 1;
  }

  onDisconnected(): void {
    this.connections -= 1;
  }

  onMessageStart(): void {
    this.isInMessage = true;
  }

  onMessageBytes(piece: Uint8Array): void {
    if (!this.isInMessage) throw new BrokenInvariant("a payload before its message");
    if (piece.length > 512) throw new BrokenInvariant(`a piece of ${piece.length} bytes`);
  }

  onMessageEnd(): void {
    if (!this.isInMessage) throw new BrokenInvariant("an end of no message");
    this.isInMessage = false;
  }

  /** Connected and disconnected alternate, and the last one told is how it is. */
  check(isConnected: boolean): void {
    if (this.connections !== (isConnected ? 1 : 0)) {
      throw new BrokenInvariant(`told connected ${this.connections} times, is ${isConnected}`);
    }
  }
}
