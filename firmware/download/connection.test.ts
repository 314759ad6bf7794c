import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ScriptedNetwork } from "../../hw-test/model/scripted-network.ts";
import { VirtualClock } from "../../hw-test/model/virtual-clock.ts";
import { config } from "../config.ts";
import { type LinkTimes, usualLinkTimes } from "../link-times.ts";
import { Connection } from "./connection.ts";

const target = { host: "files.example", port: 443, path: "/x" };
const request = "GET /x HTTP/1.1\r\n\r\n";
const head = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n";

function rig(times: LinkTimes = usualLinkTimes, isDone = () => true) {
  const clock = new VirtualClock();
  const network = new ScriptedNetwork();
  const events: string[] = [];
  const reached: string[] = [];
  const buffer = new Uint8Array(64);
  const connection: Connection = new Connection({
    network,
    clock,
    buffer,
    times,
    events: {
      onConnected: () => {
        events.push("connected");
        connection.send(request);
      },
      onHead: (response) => {
        const { status, fault } = response;
        events.push(fault === undefined ? `head ${status}` : `head ${status}, ${fault.code}`);
        if (fault === undefined) connection.expectBody(1);
        else connection.close();
      },
      onBody: (bytes, length) => {
        assert.equal(bytes, buffer);
        events.push(`body ${length}`);
        return isDone();
      },
      onBodyEnd: () => events.push("end"),
      onLost: (reason, reach) => {
        events.push(`lost: ${reason}`);
        reached.push(reach);
      },
      onTooSlow: () => events.push("too slow"),
      onFailed: (failure) => events.push(`failed ${failure.code}`),
    },
  });
  return { clock, network, events, reached, connection };
}

function connected() {
  const all = rig();
  all.connection.open(target);
  all.network.socket.grant(1000);
  return all;
}

function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "latin1"));
}

describe("a connection whose bytes are held", () => {
  function held() {
    const all = rig(usualLinkTimes, () => false);
    all.connection.open(target);
    all.network.socket.grant(1000);
    all.network.socket.deliver(bytes(`${head}abc`));
    assert.equal(all.events.at(-1), "body 3");
    return all;
  }

  it("reads nothing more, and does not blame the server for it", () => {
    const { network, events, clock, connection } = held();
    network.socket.deliver(bytes("de"));
    clock.advance(10 * config.answerTimeoutMs);
    assert.equal(events.at(-1), "body 3");
    assert.equal(network.socket.unreadBytes, 2);
    connection.resume();
    assert.equal(events.at(-1), "body 2");
    connection.resume();
    clock.advance(config.answerTimeoutMs);
    assert.equal(events.at(-1), "lost: stalled");
  });

  it("tells of its loss when they are not needed any more", () => {
    const { network, events, connection } = held();
    network.socket.fail("reset by peer");
    assert.equal(events.at(-1), "body 3");
    connection.resume();
    assert.equal(events.at(-1), "lost: reset by peer");
  });

  it("may be closed, and opened again without them", () => {
    const { network, events, connection, clock } = held();
    network.socket.fail("reset by peer");
    connection.close();
    connection.resume();
    assert.equal(clock.pendingCount, 0);
    connection.open(target);
    network.socket.grant(1000);
    network.socket.deliver(bytes(`${head}abcd`));
    assert.equal(events.at(-1), "body 4");
  });
});

describe("a connection", () => {
  it("tells nothing inside open and close, and nothing after close", () => {
    const { connection, network, events, clock } = rig();
    connection.open(target);
    connection.close();
    connection.close();
    assert.equal(network.socket.isClosed, true);
    assert.equal(clock.run(10 * config.answerTimeoutMs), true);
    assert.deepEqual(events, []);
  });

  it("may be opened again, and knows nothing of the socket before", () => {
    const { connection, network, events } = connected();
    network.socket.deliver(bytes("HTTP/1.1 20"));
    connection.close();
    connection.open(target);
    network.socket.grant(1000);
    network.socket.deliver(bytes(`${head}x`));
    assert.deepEqual(events, ["connected", "connected", "head 200", "body 1"]);
  });

  it("writes no more than it was granted", () => {
    const { connection, network } = rig();
    connection.open(target);
    for (let index = 0; index < request.length; index += 1) network.socket.grant(1);
    network.socket.grant(1000);
    assert.equal(Buffer.from(network.socket.takeWritten()).toString(), request);
  });

  it("holds no bytes back: all that a socket has is handed on in one callback", () => {
    const { network, events } = connected();
    network.socket.deliver(bytes(head + "x".repeat(100)));
    assert.equal(network.socket.unreadBytes, 0);
    const delivered = events
      .filter((event) => event.startsWith("body"))
      .reduce((sum, event) => sum + Number(event.slice(5)), 0);
    assert.equal(delivered, 100);
  });

  it("stalls config.answerTimeoutMs after the last byte, not after the first", () => {
    const { network, events, clock } = connected();
    network.socket.deliver(bytes(head));
    clock.advance(config.answerTimeoutMs - 1);
    network.socket.deliver(bytes("x"));
    assert.equal(events.at(-1), "body 1");
    clock.advance(config.answerTimeoutMs - 1);
    assert.equal(events.at(-1), "body 1");
    clock.advance(1);
    assert.equal(events.at(-1), "lost: stalled");
    assert.equal(network.socket.isClosed, true);
    assert.equal(clock.pendingCount, 0);
  });

  it("sets no alarm for a received byte", () => {
    const { network, clock } = connected();
    network.socket.deliver(bytes(head));
    let alarms = 0;
    const alarm = clock.alarm.bind(clock);
    clock.alarm = (delayMs, onAlarm) => {
      alarms += 1;
      return alarm(delayMs, onAlarm);
    };
    for (let count = 0; count < 1000; count += 1) network.socket.deliver(bytes("x"));
    assert.equal(alarms, 0);
  });

  it("is too slow where a window of config.rateWindowMs brings too few body bytes", () => {
    const { network, events, clock } = connected();
    const every = 20_000;
    const pieces = config.rateWindowMs / every;
    const enough = Math.ceil(config.rateMinBytes / pieces);
    network.socket.deliver(bytes(head));
    for (let count = 0; count < 3 * pieces; count += 1) {
      network.socket.deliver(bytes("x".repeat(enough)));
      clock.advance(every);
    }
    assert.match(events.at(-1) ?? "", /^body/);
    for (let count = 0; count < pieces; count += 1) {
      network.socket.deliver(bytes("x".repeat(enough - 1)));
      clock.advance(every);
    }
    assert.equal(events.at(-1), "too slow");
    assert.equal(network.socket.isClosed, true);
    assert.equal(clock.pendingCount, 0);
  });

  it("is too slow with a head that never ends", () => {
    const { network, events, clock } = connected();
    for (let count = 0; count < 6; count += 1) {
      network.socket.deliver(bytes("HTTP/1.1 103 Early Hints\r\n\r\n"));
      clock.advance(20_000);
    }
    assert.deepEqual(events, ["connected", "too slow"]);
  });

  it("counts a slow request as silence", () => {
    const { connection, network, events, clock } = rig();
    connection.open(target);
    network.socket.grant(5);
    clock.advance(config.answerTimeoutMs);
    assert.deepEqual(events, ["connected", "lost: stalled"]);
  });

  it("times out while connecting", () => {
    const { connection, network, events, clock } = rig();
    connection.open(target);
    clock.advance(config.connectTimeoutMs);
    assert.deepEqual(events, ["lost: connecting timed out"]);
    assert.equal(network.socket.isClosed, true);
  });

  it("has the time-outs that it is given", () => {
    const times = { connectMs: 500_000, answerMs: 200_000 };
    const { connection, network, events, clock } = rig(times);
    connection.open(target);
    clock.advance(499_999);
    network.socket.grant(1000);
    // Silence is noticed before a trickle.
    clock.advance(199_999);
    assert.deepEqual(events, ["connected"]);
    clock.advance(1);
    assert.deepEqual(events, ["connected", "lost: stalled"]);
  });

  it("says how far it had come", () => {
    const { connection, network, reached } = rig();
    connection.open(target);
    network.socket.fail("no address");
    connection.open(target);
    network.socket.grant(1000);
    network.socket.fail("closed");
    connection.open(target);
    network.socket.grant(1000);
    network.socket.deliver(bytes(head));
    network.socket.fail("closed");
    connection.open(target);
    network.socket.grant(1000);
    network.socket.deliver(bytes(`${head}x`));
    network.socket.fail("closed");
    assert.deepEqual(reached, ["none", "silence", "silence", "body"]);
  });

  it("tells of a head that is not sound what its status is", () => {
    const { network, events } = connected();
    network.socket.deliver(bytes("HTTP/1.1 503 x\r\nno colon\r\n"));
    assert.deepEqual(events, ["connected", "head 503, HTTP_RESPONSE"]);
  });

  it("tells a socket's error once, and closes it", () => {
    const { network, events, clock } = connected();
    network.socket.fail("reset");
    assert.deepEqual(events, ["connected", "lost: reset"]);
    assert.equal(network.socket.isClosed, true);
    assert.equal(clock.pendingCount, 0);
  });

  it("refuses bytes that come after a body and before a request", () => {
    const { network, events } = connected();
    network.socket.deliver(bytes("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"));
    network.socket.deliver(bytes("y"));
    assert.deepEqual(events, ["connected", "head 200", "body 1", "end", "failed HTTP_RESPONSE"]);
    assert.equal(network.socket.isClosed, true);
  });
});
