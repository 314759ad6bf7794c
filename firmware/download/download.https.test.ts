import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { createAuthority } from "../../hw-test/cloud/certificates/authority.ts";
import { realTimeClock, TlsNetwork } from "../../hw-test/model/tls-network.ts";
import { Download } from "./download.ts";

const host = "files.example";
const etag = '"one"';
const file = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7 + (index >> 8)) & 0xff);

describe("a real https server", () => {
  const authority = createAuthority();
  const { cert, key } = authority.issueServer([host]);
  const paths: string[] = [];
  let server: Server;
  let port = 0;

  before(async () => {
    server = createServer({ cert, key }, serve);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
  });

  after(() => server.close());

  function serve(request: IncomingMessage, response: ServerResponse): void {
    paths.push(request.url ?? "");
    assert.equal(request.headers.host, `${host}:${port}`);
    if (request.url === "/redirect") {
      response.writeHead(302, { Location: "./file.hex?a=1" }).end();
      return;
    }
    const [, first = 0, last = 0] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
    assert.equal(request.headers["if-range"], Number(first) > 0 ? etag : undefined);
    response.writeHead(206, {
      ETag: etag,
      "Content-Range": `bytes ${first}-${last}/${file.length}`,
      // Every second one chunked, which is what Node does without a length.
      ...(paths.length % 2 === 0 ? { "Content-Length": Number(last) - Number(first) + 1 } : {}),
    });
    response.write(file.subarray(Number(first), Number(last) + 1));
    // Torn down in the middle of the second range, once.
    if (paths.length === 3) response.socket?.destroy();
    else response.end();
  }

  it("gives the file, over a redirect and a torn connection", async () => {
    const received: Uint8Array[] = [];
    const network = new TlsNetwork({ host: "127.0.0.1", ca: authority.certificate });
    const ended = new Promise<string>((resolve) => {
      const download = new Download({
        network,
        clock: realTimeClock,
        log: () => {},
        random: () => 0,
        file: { host, port, path: "/redirect" },
        size: file.length,
        from: 0,
        rangeBytes: 30_000,
        events: {
          onValidator: (told) => assert.equal(told, etag),
          onBytes: (bytes, length) => received.push(bytes.slice(0, length)) > 0,
          onRestart: () => resolve("restart"),
          onUrlExpired: () => resolve("url-expired"),
          onDone: () => resolve("done"),
          onFailed: (failure) => resolve(`${failure.code} ${failure.detail}`),
        },
      });
      download.start();
    });
    assert.equal(await ended, "done");
    assert.ok(Buffer.concat(received).equals(file), "the bytes");
    assert.deepEqual(paths.slice(0, 2), ["/redirect", "/file.hex?a=1"]);
    // The original, the redirect's target, and one more after the torn one.
    assert.equal(network.targets.length, 3);
    assert.ok(network.targets.every((target) => target.security === "files"));
  });

  it("whose certificate is not trusted gets no request", async () => {
    const before = paths.length;
    let download: Download | undefined;
    const network = new TlsNetwork({ host: "127.0.0.1", ca: createAuthority().certificate });
    const said = await new Promise<string>((resolve) => {
      download = new Download({
        network,
        clock: realTimeClock,
        log: (line) => {
          if (!line.includes("from byte")) resolve(line);
        },
        random: () => 0,
        file: { host, port, path: "/file.hex" },
        size: file.length,
        from: 0,
        events: {
          onValidator: () => assert.fail("validator"),
          onBytes: () => assert.fail("bytes"),
          onRestart: () => assert.fail("restart"),
          onUrlExpired: () => assert.fail("url-expired"),
          onDone: () => assert.fail("done"),
          onFailed: (failure) => resolve(failure.code),
        },
      });
      download.start();
    });
    download?.stop();
    assert.match(said, /certificate|self-signed|unable to verify/);
    assert.equal(paths.length, before);
  });
});
