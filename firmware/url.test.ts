import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { config } from "./config.ts";
import { formatUrl, isUsable, parseUrl } from "./url.ts";

describe("a URL", () => {
  for (const [text, host, port, path] of [
    ["https://a.example/x.hex", "a.example", 443, "/x.hex"],
    ["HTTPS://A.Example:8443/X?y=1#part", "a.example", 8443, "/X?y=1"],
    ["https://10.0.0.1:1", "10.0.0.1", 1, "/"],
    ["https://my_bucket.example:/x", "my_bucket.example", 443, "/x"],
    ["https://a.example?y", "a.example", 443, "/?y"],
    ["https://a.example#/x?y", "a.example", 443, "/"],
    ["https://a.example/x:y@z", "a.example", 443, "/x:y@z"],
  ] as const) {
    it(`${text} is taken apart`, () => {
      assert.deepEqual(parseUrl(text), { host, port, path });
    });
  }

  for (const text of [
    "",
    "http://a.example/",
    "ftp://a.example/",
    "//a.example/",
    "https:/a.example/",
    "https:///x",
    "https://:443/",
    "https://a.example:0/",
    "https://a.example:65536/",
    "https://a.example:443x/",
    "https://a.example:1:2/",
    "https://user@a.example/",
    "https://user:secret@a.example/",
    "https://[::1]/",
    "https://a example/",
    "https://a.example/x y",
    "https://a.example/x\r\nX: y",
    "https://a.example/\u00e9",
    "https://a.example\u0000/",
    `https://${"a".repeat(254)}/`,
    `https://a.example/${"x".repeat(config.urlMaxBytes)}`,
  ]) {
    it(`${JSON.stringify(text.slice(0, 60))} is refused`, () => {
      assert.equal(parseUrl(text), undefined);
    });
  }

  it("is bounded to the byte", () => {
    const longest = `https://a.example/${"x".repeat(config.urlMaxBytes - 18)}`;
    assert.equal(longest.length, config.urlMaxBytes);
    assert.notEqual(parseUrl(longest), undefined);
    assert.equal(parseUrl(`${longest}x`), undefined);
  });

  it("survives being written and read again", () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, validSchemes: ["https"] }), (text) => {
        const location = parseUrl(text);
        fc.pre(location !== undefined);
        assert.deepEqual(parseUrl(formatUrl(location)), location);
      }),
    );
  });

  it("of any text is refused or usable", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary" })), (text) => {
        const location = parseUrl(`https://${text}`);
        assert.ok(location === undefined || isUsable(location));
      }),
    );
  });
});
