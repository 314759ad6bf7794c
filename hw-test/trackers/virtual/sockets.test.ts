import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { after, afterEach, before, describe, it } from "node:test";
import tls from "node:tls";
import { createAuthority } from "../../cloud/certificates/authority.ts";
import { type Credentials, resolveFrom, type SocketSecurity, securities } from "../connect.ts";
import { linkProfiles } from "../link-profile.ts";
import { Air, realTiming } from "./air.ts";
import { type Fault, parseFault } from "./faults.ts";
import { encodeFrame, type Frame, FrameDecoder, type FrameName, LinkError } from "./link.ts";
import { Sockets } from "./sockets.ts";

/** The board's end of the link, driven by hand. */
class TestBoard {
  readonly sockets: Sockets;
  readonly downloaded: number[] = [];
  readonly errors: string[] = [];
  private readonly decoder = new FrameDecoder();
  private readonly frames: Frame[] = [];
  private wake: () => void = () => {};

  constructor(options: { credentials: Credentials; faults?: Fault[] }) {
    const air = { profile: linkProfiles.none, timing: realTiming, seed: 1 };
    this.sockets = new Sockets({
      connect: { credentials: options.credentials, resolve: resolveFrom(ports) },
      up: new Air(air),
      down: new Air(air),
      timing: realTiming,
      faults: options.faults ?? [],
      send: (bytes) => {
        this.frames.push(...this.decoder.push(bytes));
        this.wake();
      },
      onDownloaded: (totalBytes) => this.downloaded.push(totalBytes),
      onSocketError: ({ host }, reason) => this.errors.push(`${host}: ${reason}`),
    });
    boards.push(this);
  }

  say(name: FrameName, channel: number, payload: Uint8Array = new Uint8Array()): void {
    const [frame] = new FrameDecoder().push(encodeFrame({ name, channel, payload }));
    assert.ok(frame);
    this.sockets.handle(frame);
  }

  open(channel: number, security: SocketSecurity, host: string, port = 8883): void {
    const head = [securities.indexOf(security), port & 0xff, port >> 8];
    this.say("OPEN", channel, Buffer.concat([Buffer.from(head), Buffer.from(host)]));
  }

  credit(channel: number, byteCount: number): void {
    this.say("BOARD_CREDIT", channel, Buffer.from([byteCount & 0xff, byteCount >> 8]));
  }

  async next(): Promise<Frame> {
    for (;;) {
      const frame = this.frames.shift();
      if (frame !== undefined) return frame;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  async expect(name: FrameName, channel: number): Promise<Buffer> {
    const frame = await this.next();
    assert.deepEqual([frame.name, frame.channel], [name, channel], frame.payload.toString());
    return frame.payload;
  }

  /** Reads DATA on `channel`, crediting all of it, until another frame comes. */
  async readAll(channel: number): Promise<{ bytes: Buffer; last: Frame }> {
    const chunks: Buffer[] = [];
    for (;;) {
      const frame = await this.next();
      if (frame.name !== "DATA") return { bytes: Buffer.concat(chunks), last: frame };
      chunks.push(frame.payload);
      this.credit(channel, frame.payload.byteLength);
    }
  }

  get waiting(): number {
    return this.frames.length;
  }
}

const boards: TestBoard[] = [];
const servers: net.Server[] = [];
const ports: Record<string, number> = {};
/** The servers' sides of connections, newest last. */
const accepted: net.Socket[] = [];
let credentials: Credentials;
const stranger = createAuthority();
const pattern = Buffer.alloc(100_000, "0123456789abcde\n");

async function listen(host: string, server: net.Server): Promise<void> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  ports[host] = address.port;
  servers.push(server);
}

function accept(handler: (socket: net.Socket) => void): (socket: net.Socket) => void {
  return (socket) => {
    accepted.push(socket);
    socket.on("error", () => {});
    handler(socket);
  };
}

const echo = accept((socket) => socket.on("data", (bytes) => socket.write(bytes)));
const sendShort = accept((socket) => socket.end(pattern.subarray(0, 5000)));
const sendPattern = accept((socket) => socket.end(pattern));

before(async () => {
  const brokerCa = createAuthority();
  const filesCa = createAuthority();
  credentials = {
    broker: { ca: brokerCa.certificate, ...brokerCa.issueTracker("tracker-1") },
    files: { ca: filesCa.certificate },
  };
  const broker = brokerCa.issueServer(["broker.test"]);
  const mutual = { requestCert: true, rejectUnauthorized: true, ca: brokerCa.certificate };
  await listen("broker.test", tls.createServer({ ...broker, ...mutual }, echo));
  const files = filesCa.issueServer(["files.test"]);
  await listen("files.test", tls.createServer(files, sendPattern));
  const strange = stranger.issueServer(["strange.test"]);
  await listen("strange.test", tls.createServer(strange, echo));
  ports["wrong-name.test"] = ports["files.test"] ?? 0;
  await listen("short.test", net.createServer(sendShort));
  await listen("echo.test", net.createServer(echo));
});

afterEach(() => {
  for (const board of boards.splice(0)) board.sockets.destroy();
  for (const socket of accepted.splice(0)) socket.destroy();
});

after(() => {
  for (const server of servers) server.close();
});

describe("Sockets: who may talk to whom", () => {
  it("reaches the broker with the tracker's certificate", async () => {
    const board = new TestBoard({ credentials });
    board.open(3, "broker", "broker.test");
    assert.equal((await board.expect("OPENED", 3)).readUInt16LE(0), 4096);
    board.say("SEND", 3, Buffer.from("hello"));
    const frames = [await board.next(), await board.next()];
    const data = frames.find((frame) => frame.name === "DATA");
    const credit = frames.find((frame) => frame.name === "RIG_CREDIT");
    assert.equal(data?.payload.toString(), "hello");
    assert.equal(credit?.payload.readUInt16LE(0), 5);
    const server = await lastAccepted();
    assert.ok(server instanceof tls.TLSSocket);
    assert.equal(server.getPeerCertificate().subject.CN, "tracker-1");
    assert.equal(server.getProtocol(), "TLSv1.2");
  });

  const refused: [string, SocketSecurity, string, RegExp][] = [
    ["a server of another CA", "files", "strange.test", /^TLS: .*certificate/],
    ["the broker with the files credentials", "files", "broker.test", /^TLS: .*handshake failure/],
    ["a certificate for another name", "files", "wrong-name.test", /^TLS: .*altnames/],
    ["a name outside the map", "files", "example.com", /^cannot resolve example.com$/],
    ["an address outside the map", "tcp", "93.184.216.34", /^cannot resolve/],
  ];
  for (const [what, security, host, reason] of refused) {
    it(`refuses ${what}`, async () => {
      const board = new TestBoard({ credentials });
      board.open(1, security, host);
      const told = (await board.expect("ERROR", 1)).toString();
      assert.match(told, reason);
      assert.deepEqual(board.errors, [`${host}: ${told}`]);
      assert.equal(board.sockets.traffic[security].connections, 0);
    });
  }

  it("tells a refused client certificate before OPENED", async () => {
    const broker = { ca: credentials.broker.ca, ...stranger.issueTracker("tracker-2") };
    const board = new TestBoard({ credentials: { ...credentials, broker } });
    board.open(1, "broker", "broker.test");
    assert.match((await board.expect("ERROR", 1)).toString(), /alert|closed|ECONNRESET/);
  });

  it("tells a port that nobody listens on", async () => {
    const server = net.createServer();
    await listen("gone.test", server);
    server.close();
    await once(server, "close");
    const board = new TestBoard({ credentials });
    board.open(1, "tcp", "gone.test");
    assert.match((await board.expect("ERROR", 1)).toString(), /ECONNREFUSED/);
  });

  it("resolves by host and port, by host, then by domain, and nothing else", () => {
    const resolve = resolveFrom({ "a.x:1": 10, "a.x": 20, "*.x": 30 });
    assert.deepEqual(
      [resolve("a.x", 1), resolve("a.x", 2), resolve("b.x", 1), resolve("c.b.x", 1)],
      [10, 20, 30, undefined],
    );
    assert.deepEqual([resolve("x", 1), resolve("", 1)], [undefined, undefined]);
    assert.equal(resolveFrom({})("constructor", 1), undefined);
  });
});

describe("Sockets: flow", () => {
  it("sends no more than the board has credited, and all of it in order", async () => {
    const board = new TestBoard({ credentials });
    board.open(9, "files", "files.test");
    await board.expect("OPENED", 9);
    let got = 0;
    while (got < 2048) got += (await board.expect("DATA", 9)).byteLength;
    assert.equal(got, 2048);
    await setImmediateRounds();
    assert.equal(board.waiting, 0);
    board.credit(9, 10);
    assert.deepEqual(await board.expect("DATA", 9), pattern.subarray(2048, 2058));
    board.credit(9, 2048);
    const { bytes, last } = await board.readAll(9);
    assert.ok(bytes.equals(pattern.subarray(2058)));
    assert.deepEqual([last.name, last.payload.toString()], ["ERROR", "closed by the peer"]);
    assert.equal(board.downloaded.at(-1), pattern.byteLength);
    assert.equal(board.sockets.traffic.files.toTrackerBytes, pattern.byteLength);
  });

  it("tells the end only after the last byte", async () => {
    const board = new TestBoard({ credentials });
    board.open(1, "tcp", "short.test");
    await board.expect("OPENED", 1);
    const head: Buffer[] = [];
    while (Buffer.concat(head).byteLength < 2048) head.push(await board.expect("DATA", 1));
    await setImmediateRounds();
    assert.equal(board.waiting, 0);
    board.credit(1, 4096);
    const { bytes, last } = await board.readAll(1);
    assert.ok(Buffer.concat([...head, bytes]).equals(pattern.subarray(0, 5000)));
    assert.deepEqual([last.name, last.payload.toString()], ["ERROR", "closed by the peer"]);
  });

  it("sends what came before CLOSE, and nothing to the board after it", async () => {
    const board = new TestBoard({ credentials });
    board.open(1, "tcp", "echo.test");
    await board.expect("OPENED", 1);
    const server = await lastAccepted();
    const chunks: Buffer[] = [];
    server.on("data", (chunk) => chunks.push(chunk));
    const ended = once(server, "end");
    board.say("SEND", 1, Buffer.from("good bye"));
    board.say("CLOSE", 1);
    await ended;
    assert.equal(Buffer.concat(chunks).toString(), "good bye");
    assert.equal(board.waiting, 0);
    board.say("BOARD_CREDIT", 1, Buffer.from([1, 0]));
    board.say("CLOSE", 1);
  });

  it("calls a broken protocol by name", async () => {
    const board = new TestBoard({ credentials });
    assert.throws(() => board.say("OPEN", 1, Buffer.from([9, 0, 0, 97])), LinkError);
    board.open(1, "tcp", "echo.test");
    assert.throws(() => board.open(1, "tcp", "echo.test"), /OPEN on open channel 1/);
    assert.throws(() => board.say("SEND", 1, Buffer.from("x")), /SEND before OPENED/);
    await board.expect("OPENED", 1);
    board.say("SEND", 1, Buffer.alloc(2048));
    board.say("SEND", 1, Buffer.alloc(2048));
    assert.throws(() => board.say("SEND", 1, Buffer.alloc(1)), /SEND beyond the credit/);
    assert.throws(() => board.say("BOARD_CREDIT", 1, Buffer.alloc(1)), /not a u16/);
    assert.throws(() => board.credit(1, 65_535), /CREDIT beyond any buffer/);
  });

  it("leaves the server's side open when the power goes", async () => {
    const board = new TestBoard({ credentials });
    board.open(1, "tcp", "echo.test");
    await board.expect("OPENED", 1);
    const server = await lastAccepted();
    board.sockets.abandonAll();
    server.write("anyone there?");
    await setImmediateRounds();
    assert.equal(server.readyState, "open");
    assert.equal(board.waiting, 0);
    board.open(1, "tcp", "echo.test");
    await board.expect("OPENED", 1);
    const ended = once(server, "close");
    board.sockets.destroy();
    await ended;
  });
});

describe("Sockets: faults of the file server's link", () => {
  async function download(board: TestBoard): Promise<{ bytes: Buffer; last: Frame }> {
    board.open(1, "files", "files.test");
    await board.expect("OPENED", 1);
    return board.readAll(1);
  }

  it("drops at the byte, then works", async () => {
    const board = new TestBoard({ credentials, faults: [parseFault("drop@byte:5000")] });
    const { bytes, last } = await download(board);
    assert.equal(bytes.byteLength, 5000);
    assert.deepEqual([last.name, last.payload.toString()], ["ERROR", "connection lost"]);
    assert.equal((await download(board)).bytes.byteLength, pattern.byteLength);
  });

  it("corrupts one byte", async () => {
    const board = new TestBoard({ credentials, faults: [parseFault("corrupt@byte:6001")] });
    const { bytes } = await download(board);
    const expected = Buffer.from(pattern);
    expected[6001] = (expected[6001] ?? 0) ^ 1;
    assert.ok(bytes.equals(expected));
  });

  it("stalls at the byte without an error, and still answers the next connection", async () => {
    const board = new TestBoard({ credentials, faults: [parseFault("stall@byte:300")] });
    board.open(1, "files", "files.test");
    await board.expect("OPENED", 1);
    assert.equal((await board.expect("DATA", 1)).byteLength, 300);
    (await lastAccepted()).destroy();
    await setImmediateRounds();
    assert.equal(board.waiting, 0);
    board.say("CLOSE", 1);
    assert.equal((await download(board)).bytes.byteLength, pattern.byteLength);
  });

  it("leaves other connections alone", async () => {
    const board = new TestBoard({ credentials, faults: [parseFault("drop@byte:0")] });
    board.open(1, "tcp", "echo.test");
    await board.expect("OPENED", 1);
    board.say("SEND", 1, Buffer.from("untouched"));
    const frames = [await board.next(), await board.next()];
    assert.ok(frames.some((frame) => frame.payload.toString() === "untouched"));
  });
});

/** The server's side of the newest connection; it may come up after the client's. */
async function lastAccepted(): Promise<net.Socket> {
  for (;;) {
    const socket = accepted.at(-1);
    if (socket !== undefined) return socket;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Lets everything that is ready in the event loop happen: a check that nothing comes. */
async function setImmediateRounds(): Promise<void> {
  for (let round = 0; round < 50; round++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
