import assert from "node:assert/strict";
import { plainBoard } from "./testing/build.ts";
import { before, test } from "./testing/needs-engine.ts";
import { type Frame, frameType, type Peer } from "./testing/peer.ts";
import { runModule, traced } from "./testing/run.ts";

let program: string;
before(async () => {
  program = await plainBoard();
});

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** Sends back what it gets, and never more than the board's credit allows. */
class EchoServer {
  readonly opened: { channel: number; security: number; port: number; host: string }[] = [];
  readonly closed: number[] = [];
  largestBurst = 0;
  private readonly firstCredit: number;
  private readonly channels = new Map<number, { credit: number; queue: Buffer }>();

  constructor(firstCredit: number) {
    this.firstCredit = firstCredit;
  }

  handle(frame: Frame, peer: Peer): void {
    const { type, channel } = frame;
    const payload = Buffer.from(frame.payload);
    if (type === frameType.open) {
      const host = text(payload.subarray(3));
      this.opened.push({
        channel,
        security: payload[0] ?? -1,
        port: payload.readUInt16LE(1),
        host,
      });
      this.channels.set(channel, { credit: 2048, queue: Buffer.alloc(0) });
      peer.sendU16(frameType.opened, channel, this.firstCredit);
      return;
    }
    const state = this.channels.get(channel);
    assert.ok(state, `channel ${channel} is open`);
    if (type === frameType.close) this.closed.push(channel);
    if (type === frameType.creditToBoard) state.credit += payload.readUInt16LE(0);
    if (type === frameType.send) {
      state.queue = Buffer.concat([state.queue, payload]);
      peer.sendU16(frameType.creditToRig, channel, payload.length);
    }
    const now = Math.min(state.credit, state.queue.length);
    if (now === 0) return;
    this.largestBurst = Math.max(this.largestBurst, now);
    peer.send(frameType.data, channel, state.queue.subarray(0, now));
    state.queue = state.queue.subarray(now);
    state.credit -= now;
  }
}

test("an echo of 20,000 bytes arrives whole, under credit both ways, while flash is written", async () => {
  const server = new EchoServer(700);
  const cycle = await runModule(
    program,
    `import TLSSocket from "embedded:io/socket/tcp/tls";
     import FlashStorage from "embedded:storage/flash";
     const flash = FlashStorage.open({ path: "image-1" });
     const total = 20000, into = new Uint8Array(300);
     let sent = 0, received = 0, wrong = 0, page = 0;
     new TLSSocket({
       host: "files.example", port: 443, secure: { securityTag: "files" },
       onWritable(count) {
         while (count > 0 && sent < total) {
           const bytes = new Uint8Array(Math.min(count, 512, total - sent));
           for (let i = 0; i < bytes.length; i++) bytes[i] = (sent + i) * 31;
           count = this.write(bytes);
           sent += bytes.length;
         }
       },
       onReadable(count) {
         flash.eraseBlock(page++ % 100);
         for (let n; (n = this.read(into)) !== undefined; received += n)
           for (let i = 0; i < n; i++) if (into[i] !== ((received + i) * 31 & 255)) wrong++;
         if (received === total) { trace(received + " " + wrong); this.close(); trace("end"); }
       },
     });`,
    { onFrame: (frame, peer) => server.handle(frame, peer) },
  );
  assert.equal(cycle.exitCode, 0, cycle.lines.join("\n"));
  assert.deepEqual(traced(cycle), ["20000 0"]);
  assert.deepEqual(server.opened, [{ channel: 0, security: 2, port: 443, host: "files.example" }]);
  assert.deepEqual(server.closed, [0]);
  assert.ok(server.largestBurst > 300 && server.largestBurst <= 2048);
  assert.ok(cycle.operations > 5);
});

test("the callback law: none inside a call, none after close, one error after the last byte", async () => {
  const cycle = await runModule(
    program,
    `import TCP from "embedded:io/socket/tcp";
     const log = [];
     let inside = true;
     const note = (word) => log.push(inside ? word + " inside" : word);
     const first = new TCP({
       address: "10.0.0.1", port: 7,
       onWritable(count) { note("w" + count); inside = true; this.write(new Uint8Array(2)); inside = false; },
       onReadable(count) { note("r" + count); inside = true; this.read(1); inside = false;
         if (count === 4) return;
         this.read(count - 1); },
       onError() { note("e"); inside = true; this.close(); inside = false; trace(log.join()); next(); },
     });
     inside = false;
     function next() {
       new TCP({ host: "b", port: 7,
         onReadable() { trace("after close"); },
         onError() { trace("after close"); },
         onWritable() {
           this.close();
           this.close();
           try { this.write(new Uint8Array(1)); } catch (error) { trace(error.message); }
           new TCP({ host: "c", port: 7, onWritable() { trace("end"); } });
         } });
     }`,
    {
      onFrame: ({ type, channel }, peer) => {
        if (type === frameType.open && channel === 0) {
          peer.sendU16(frameType.opened, channel, 100);
          peer.send(frameType.data, channel, Buffer.from("abcd"));
        }
        if (type === frameType.send) {
          // The rest, and at once the end: the script must see all bytes first.
          peer.send(frameType.data, channel, Buffer.from("ef"));
          peer.send(frameType.error, channel, Buffer.from("reset"));
        }
        if (type === frameType.open && channel > 0) {
          // For channels that are closed already: late, and dropped.
          for (let closed = 0; closed < channel; closed++) {
            peer.send(frameType.data, closed, Buffer.from("late"));
            peer.sendU16(frameType.creditToRig, closed, 5);
            peer.send(frameType.error, closed);
          }
          peer.sendU16(frameType.opened, channel, 10);
        }
      },
    },
  );
  assert.equal(cycle.exitCode, 0, cycle.lines.join("\n"));
  const [log, ...rest] = traced(cycle);
  assert.match(log ?? "", /^w100,(r4,r5|r6),e$/);
  assert.deepEqual(rest, ["closed"]);
});

test("an error waits until a script that reads slowly has read everything", async () => {
  const cycle = await runModule(
    program,
    `import TCP from "embedded:io/socket/tcp";
     import Timer from "timer";
     new TCP({ host: "h", port: 1,
       onReadable() { Timer.set(() => { trace(this.read(1).byteLength); }, 5);
         Timer.set(() => { trace(this.read().byteLength); }, 10); },
       onError() { trace("error"); trace("end"); } });`,
    {
      onFrame: ({ type, channel }, peer) => {
        if (type !== frameType.open) return;
        peer.sendU16(frameType.opened, channel, 1);
        peer.send(frameType.data, channel, Buffer.from("abc"));
        peer.send(frameType.error, channel);
      },
    },
  );
  assert.deepEqual(traced(cycle), ["1", "2", "error"]);
});

test("four sockets, no fifth; a closed one makes room and takes a new channel", async () => {
  const opened: number[] = [];
  const cycle = await runModule(
    program,
    `import TCP from "embedded:io/socket/tcp";
     const open = () => new TCP({ host: "h", port: 1 });
     const all = [open(), open(), open(), open()];
     try { open(); } catch (error) { trace(error); }
     all[1].close();
     open();
     trace("end");`,
    {
      onFrame: ({ type, channel }) => {
        if (type === frameType.open) opened.push(channel);
      },
    },
  );
  assert.deepEqual(traced(cycle), ["RangeError: out of sockets"]);
  assert.deepEqual(opened, [0, 1, 2, 3, 4]);
});

test("read: a number gives that many, nothing gives all, too many throws, none left is undefined", async () => {
  const source = (module: string, secure: string): string => `
    import Socket from "${module}";
    const hex = (buffer) => String.fromCharCode(...new Uint8Array(buffer));
    const outcome = (action) => { try { return String(action()); } catch (error) { return String(error); } };
    new Socket({ host: "h", port: 1, ${secure} onReadable(count) {
      trace(count);
      trace(hex(this.read(2)));
      trace(outcome(() => this.read(99)));
      trace(outcome(() => this.read(new Uint8Array(99))));
      const rest = this.read();
      trace(rest === undefined ? "none" : hex(rest));
      trace(this.read());
      trace("end");
    } });`;
  const options = {
    onFrame: ({ type, channel }: Frame, peer: Peer) => {
      if (type !== frameType.open) return;
      peer.sendU16(frameType.opened, channel, 10);
      peer.send(frameType.data, channel, Buffer.from("abcdef"));
    },
  };
  const tcp = await runModule(program, source("embedded:io/socket/tcp", ""), options);
  assert.deepEqual(traced(tcp), [
    "6",
    "ab",
    "Error: invalid",
    "Error: invalid",
    "cdef",
    "undefined",
  ]);
  const tls = await runModule(
    program,
    source("embedded:io/socket/tcp/tls", 'secure: { securityTag: "broker" },'),
    options,
  );
  assert.deepEqual(traced(tls), ["6", "ab", "Error: invalid", "4", "none", "undefined"]);
});

test("writing before the connection is up or beyond the credit throws", async () => {
  const cycle = await runModule(
    program,
    `import TCP from "embedded:io/socket/tcp";
     const outcome = (action) => { try { return String(action()); } catch (error) { return String(error); } };
     const socket = new TCP({ host: "h", port: 1, onWritable(count) {
       trace(count, " ", outcome(() => this.write(new Uint8Array(11))), " ", outcome(() => this.write(new Uint8Array(4))));
       trace("end");
     } });
     trace(outcome(() => socket.write(new Uint8Array(1))));
     trace(outcome(() => new TCP({ host: "h", port: 0 })));
     trace(outcome(() => new TCP({ port: 1 })));
     trace(outcome(() => new TCP({ host: "h", port: 1, onError: 5 })));`,
    {
      onFrame: ({ type, channel }, peer) => {
        if (type === frameType.open) peer.sendU16(frameType.opened, channel, 10);
      },
    },
  );
  assert.deepEqual(traced(cycle), [
    "Error: not connected",
    "RangeError: invalid port",
    "TypeError: host required",
    "TypeError: callback is no function",
    "10 Error: would block 6",
  ]);
});

test("a rig that breaks the protocol or goes away ends the cycle with 71", async () => {
  const source = `
    import TCP from "embedded:io/socket/tcp";
    new TCP({ host: "h", port: 1 });`;
  const breaches: ((peer: Peer) => void)[] = [
    (peer) => peer.hangUp(),
    (peer) => peer.send(0x55),
    (peer) => peer.send(frameType.input, 0, Uint8Array.of(0)),
    (peer) => peer.send(frameType.data, 0, Uint8Array.of(1)), // not opened
    (peer) => peer.sendRaw(Uint8Array.of(frameType.data, 0, 0x01, 0x08)), // longer than 2048
    (peer) => {
      peer.sendU16(frameType.opened, 0, 1);
      peer.send(frameType.data, 0, Buffer.alloc(2048));
      peer.send(frameType.data, 0, Buffer.alloc(1)); // beyond the credit
    },
  ];
  for (const breach of breaches) {
    const cycle = await runModule(program, source, {
      onFrame: ({ type }, peer) => {
        if (type === frameType.open) breach(peer);
      },
    });
    assert.equal(cycle.exitCode, 71, cycle.lines.join("\n"));
  }
});

test("analog inputs read what the rig sets, scaled to the resolution", async () => {
  const cycle = await runModule(
    program,
    `import Analog from "embedded:io/analog";
     import Timer from "timer";
     const battery = new Analog({ pin: 0 }), signal = new Analog({ pin: 1, resolution: 12 });
     trace([battery.read(), battery.resolution, signal.read()].join());
     try { new Analog({ pin: 2 }); } catch (error) { trace(error); }
     const poll = Timer.repeat(() => {
       if (signal.read() === 4095) return;
       Timer.clear(poll);
       trace([battery.read(), signal.read()].join());
       trace("end");
     }, 1);`,
    {
      onLine: (line, peer) => {
        if (!line.startsWith("RangeError")) return;
        peer.send(frameType.input, 0, Uint8Array.of(0, 0xf4, 0x01));
        peer.send(frameType.input, 0, Uint8Array.of(9, 1, 0)); // no such pin: ignored
        peer.send(frameType.input, 0, Uint8Array.of(1, 250, 0));
      },
    },
  );
  assert.deepEqual(traced(cycle), ["1023,10,4095", "RangeError: no such pin", "511,1023"]);
});
