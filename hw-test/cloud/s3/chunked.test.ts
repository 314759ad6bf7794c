import assert from "node:assert/strict";
import { test } from "node:test";
import { ChunkSigner } from "../sigv4/chunkSigner.ts";
import { signingKey } from "../sigv4/signature.ts";
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

const scope = { date: "20261123", region: "eu-west-1", service: "s3" };

function signer(): ChunkSigner {
  return new ChunkSigner({
    signingKey: signingKey(scope, "secret"),
    scope: "20261123/eu-west-1/s3/aws4_request",
    timestamp: "20261123T120000Z",
    signature: "0".repeat(64),
  });
}

/** "abcd" and "e" in two chunks, with a trailer or without, signed as a client signs them. */
function signedUpload(trailer?: readonly [string, string]): string {
  const chunks = signer();
  const parts = ["abcd", "e", ""].map((data) => {
    const head = `${data.length.toString(16)};chunk-signature=${chunks.chunk(Buffer.from(data))}`;
    return data === "" ? `${head}\r\n` : `${head}\r\n${data}\r\n`;
  });
  if (trailer === undefined) return `${parts.join("")}\r\n`;
  const tail = `${trailer.join(":")}\r\nx-amz-trailer-signature:${chunks.trailer([trailer])}`;
  return `${parts.join("")}${tail}\r\n\r\n`;
}

test("signed chunks are taken when every signature is right, the trailer's too", () => {
  for (const upload of [signedUpload(), signedUpload(["x-amz-checksum-crc32", "AA=="])]) {
    const { body } = decodeChunked(Buffer.from(upload), signer());
    assert.equal(body.toString(), "abcde");
  }
});

test("a chunk that was changed, moved, left out or not signed is refused", () => {
  const upload = signedUpload(["x-amz-checksum-crc32", "AA=="]);
  const lines = upload.split("\r\n");
  const [first = "", , second = ""] = lines;
  for (const [what, forged] of [
    ["changed data", upload.replace("abcd", "abcx")],
    ["left out", upload.replace(`${second}\r\ne\r\n`, "")],
    ["twice", upload.replace(first, `${first}\r\nabcd\r\n${first}`)],
    ["not signed", upload.replace(/^4;chunk-signature=[0-9a-f]+/, "4")],
    ["changed trailer", upload.replace("AA==", "BB==")],
    ["no signature of the trailer", upload.replace(/x-amz-trailer-signature.*\r\n/, "")],
  ] as const) {
    assert.throws(
      () => decodeChunked(Buffer.from(forged), signer()),
      { code: "SignatureDoesNotMatch" },
      what,
    );
  }
});
