import assert from "node:assert/strict";
import { test } from "node:test";
import { ChunkSigner } from "./chunkSigner.ts";
import { signingKey } from "./signature.ts";

const scope = { date: "20130524", region: "us-east-1", service: "s3" };

function signer(): ChunkSigner {
  return new ChunkSigner({
    signingKey: signingKey(scope, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    scope: "20130524/us-east-1/s3/aws4_request",
    timestamp: "20130524T000000Z",
    signature: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
  });
}

/** Seed and signatures of the example in the S3 API reference. */
test("the published example has the published signatures", () => {
  const chunks = signer();
  assert.equal(
    chunks.chunk(Buffer.alloc(65_536, "a")),
    "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
  );
  assert.equal(
    chunks.chunk(Buffer.alloc(1024, "a")),
    "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
  );
  assert.equal(
    chunks.chunk(Buffer.alloc(0)),
    "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
  );
});

test("a signature vouches for its trailer, and for all that came before", () => {
  const trailerAfter = (data: string, value: string) => {
    const chunks = signer();
    chunks.chunk(Buffer.from(data));
    return chunks.trailer([["x-amz-checksum-crc32", value]]);
  };
  assert.equal(trailerAfter("a", "AA=="), trailerAfter("a", "AA=="));
  assert.notEqual(trailerAfter("a", "AA=="), trailerAfter("b", "AA=="));
  assert.notEqual(trailerAfter("a", "AA=="), trailerAfter("a", "BB=="));
});
