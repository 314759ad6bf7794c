import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Failure } from "../failure.ts";
import { formatUrl } from "../url.ts";
import { resolveRedirect } from "./redirect.ts";

const base = { host: "a.example", port: 8443, path: "/b/c/d.hex?q=/../1" };

describe("a redirect", () => {
  /** The examples of RFC 3986, 5.4, that lead to a file. */
  for (const [reference, url] of [
    ["https://g.example/h", "https://g.example/h"],
    ["//g.example/h", "https://g.example/h"],
    ["/g", "https://a.example:8443/g"],
    ["g", "https://a.example:8443/b/c/g"],
    ["./g", "https://a.example:8443/b/c/g"],
    ["g/", "https://a.example:8443/b/c/g/"],
    ["?y", "https://a.example:8443/b/c/d.hex?y"],
    ["g?y/./x", "https://a.example:8443/b/c/g?y/./x"],
    ["g#s", "https://a.example:8443/b/c/g"],
    ["", "https://a.example:8443/b/c/d.hex?q=/../1"],
    [".", "https://a.example:8443/b/c/"],
    ["..", "https://a.example:8443/b/"],
    ["../g", "https://a.example:8443/b/g"],
    ["../../../g", "https://a.example:8443/g"],
    ["/./g", "https://a.example:8443/g"],
    ["g/./h", "https://a.example:8443/b/c/g/h"],
    ["g/../h", "https://a.example:8443/b/c/h"],
    ["g?x:y", "https://a.example:8443/b/c/g?x:y"],
  ] as const) {
    it(`to ${JSON.stringify(reference)}`, () => {
      assert.equal(formatUrl(resolveRedirect(base, reference)), url);
    });
  }

  for (const reference of [
    "http://g.example/",
    "data:,x",
    "javascript:x",
    "/x y",
    "//u@g.example/",
  ]) {
    it(`to ${JSON.stringify(reference)} is refused, without telling the URL`, () => {
      assert.throws(
        () => resolveRedirect(base, reference),
        (error) =>
          error instanceof Failure &&
          error.code === "REDIRECT_REFUSED" &&
          !error.detail.includes(reference),
      );
    });
  }
});
