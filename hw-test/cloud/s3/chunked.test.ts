import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeChunked } from "./chunked.ts";

function decode(text: string): { body: string; trailers: object } {
  const { body, trailers } = decodeChunked(Buffer.from(text, "latin1"));
  return { body: body.toString("latin1"), trailers: Object.fromEntries(trailers) };
}

test("chunks, with and without signature, and trailers", () => {
  assert.deepEqual(decode("0\r\n\r\n"), { body: "", trailers: {} });
  assert.deepEqual(
    decode("4\r\nab\r\n\r\nA\r\n0123456789\r\n0\r\nX-Amz-Checksum-Crc32:AA==\r\n\r\n"),
    {
      body: "ab\r\n0123456789",
      trailers: { "x-amz-checksum-crc32": "AA==" },
    },
  );
  assert.deepEqual(decode("1;chunk-signature=ab\r\nx\r\n0;chunk-signature=cd\r\n\r\n"), {
    body: "x",
    trailers: {},
  });
});

test("a body that ends early or lies about a length is refused", () => {
  for (const text of [
    "",
    "4\r\nabcd",
    "4\r\nabc\r\n0\r\n\r\n",
    "4\r\nabcd\r\n",
    "x\r\n",
    "-1\r\n",
  ]) {
    assert.throws(() => decode(text), { code: "IncompleteBody" }, JSON.stringify(text));
  }
});
