import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { config } from "../config.ts";
import { formatRequest } from "./request.ts";

const file = { host: "files.example", port: 443, path: "/fw/1.0.1.hex?v=2" };

describe("a request", () => {
  it("asks for one range and for the file as it is", () => {
    assert.equal(
      formatRequest({ file, first: 16384, last: 32767, ifRange: '"one"' }),
      [
        "GET /fw/1.0.1.hex?v=2 HTTP/1.1",
        "Host: files.example",
        "Range: bytes=16384-32767",
        'If-Range: "one"',
        "x-amz-checksum-mode: ENABLED",
        "Accept-Encoding: identity",
        "User-Agent: tracker-fota",
        "Connection: keep-alive",
        "",
        "",
      ].join("\r\n"),
    );
  });

  it("names a port that is not the scheme's, and no ETag that it does not have", () => {
    const there = { ...file, port: 8443 };
    const text = formatRequest({ file: there, first: 0, last: 9, ifRange: undefined });
    assert.match(text, /\r\nHost: files\.example:8443\r\n/);
    assert.doesNotMatch(text, /If-Range/);
  });

  it("adds no x-amz header to a signed URL", () => {
    const path = "/x?X-Amz-Expires=60&X-Amz-Signature=00";
    const text = formatRequest({ file: { ...file, path }, first: 0, last: 9, ifRange: undefined });
    assert.doesNotMatch(text, /x-amz-checksum-mode/);
  });

  it("stays within config.urlMaxBytes + 512", () => {
    const host = "h".repeat(253);
    const path = `/${"p".repeat(config.urlMaxBytes - host.length - "https://:65535/".length)}`;
    const text = formatRequest({
      file: { host, port: 65_535, path },
      first: 999_999_999_999_998,
      last: 999_999_999_999_999,
      ifRange: `"${"e".repeat(config.etagMaxBytes - 2)}"`,
    });
    assert.ok(text.length <= config.urlMaxBytes + 512, `${text.length}`);
  });
});
