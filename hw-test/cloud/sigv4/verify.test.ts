import assert from "node:assert/strict";
import { test } from "node:test";
import { jobsRoleKey, userKey } from "../credentials.ts";
import type { HttpRequest } from "../http/message.ts";
import { type AccessKey, presignGet } from "./presign.ts";
import { amzTimestamp, parseAmzTimestamp, signature } from "./signature.ts";
import { claimedService, verify } from "./verify.ts";

const nowMs = Date.UTC(2026, 10, 23, 12, 0, 0);
const keys = [userKey, jobsRoleKey];

function requestOf(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  const { host, pathname, search } = new URL(url);
  const body = Buffer.alloc(0);
  return {
    method: "GET",
    path: pathname,
    query: search.slice(1),
    headers: { host },
    body,
    ...more,
  };
}

function presigned(accessKey: AccessKey = userKey): string {
  const path = "/folder/a%20b%2B1.hex";
  const host = "bucket.s3.eu-west-1.amazonaws.com";
  return presignGet({ host, path, region: "eu-west-1", expiresInS: 60, nowMs, accessKey });
}

/** Signature and key of "Example: GET object" in the S3 API reference, SigV4 by header. */
test("the published example has the published signature", async () => {
  const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  const headers = {
    host: "examplebucket.s3.amazonaws.com",
    range: "bytes=0-9",
    "x-amz-content-sha256": emptyHash,
    "x-amz-date": "20130524T000000Z",
  };
  const signed = await signature(
    { method: "GET", path: "/test.txt", query: "", headers, body: Buffer.alloc(0) },
    {
      query: {},
      signedHeaders: Object.keys(headers),
      payloadHash: emptyHash,
      timestamp: "20130524T000000Z",
      scope: { date: "20130524", region: "us-east-1", service: "s3" },
    },
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  );
  assert.equal(signed, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
});

test("a presigned URL holds until it expires, to the second", async () => {
  for (const key of [userKey, jobsRoleKey]) {
    const request = requestOf(presigned(key));
    assert.equal(claimedService(request), "s3");
    assert.equal((await verify(request, keys, nowMs)).kind, "signed");
    assert.equal((await verify(request, keys, nowMs + 60_000)).kind, "signed");
    const late = await verify(request, keys, nowMs + 60_001);
    assert.equal(late.kind === "refused" && late.reason, "expired");
  }
});

test("a URL that was signed by the Jobs role is as long as in the field, and not longer", () => {
  const { length } = presigned(jobsRoleKey);
  assert.ok(length > 1400 && length < 2048, String(length));
});

test("whatever is changed in a presigned URL is noticed", async () => {
  const url = presigned();
  const role = presigned(jobsRoleKey);
  const cases: ReadonlyArray<readonly [HttpRequest, string]> = [
    [requestOf(url.replace("b%2B1", "b%2B2")), "mismatch"],
    [requestOf(url.replace("Expires=60", "Expires=61")), "mismatch"],
    [requestOf(url.replace("bucket.", "other.")), "mismatch"],
    [requestOf(url, { method: "PUT" }), "mismatch"],
    [requestOf(`${url}&x=1`), "mismatch"],
    [requestOf(url.replace(/Signature=./, "Signature=g")), "mismatch"],
    [requestOf(url.replace(/Signature=.*/, "Signature=ab")), "mismatch"],
    [requestOf(url.replace("AKIA", "AKIB")), "unknown key"],
    [
      requestOf(role.replace(/X-Amz-Security-Token=[^&]*/, "X-Amz-Security-Token=x")),
      "unknown key",
    ],
    [requestOf(url.replace("SHA256", "SHA1")), "malformed"],
    [requestOf(url.replace("Expires=60", "Expires=x")), "malformed"],
    [requestOf(url.replace("%2Faws4_request", "")), "malformed"],
    [requestOf(url.replace(/Date=\d/, "Date=3")), "malformed"],
  ];
  for (const [request, reason] of cases) {
    const verdict = await verify(request, keys, nowMs);
    assert.equal(verdict.kind === "refused" ? verdict.reason : verdict.kind, reason, request.query);
  }
});

test("a request without signature is anonymous", async () => {
  const request = requestOf("https://bucket.s3.amazonaws.com/key?versionId=1");
  assert.deepEqual(await verify(request, keys, nowMs), { kind: "anonymous" });
  assert.equal(claimedService(request), undefined);
});

test("timestamps go there and back, and no other text is one", () => {
  assert.equal(amzTimestamp(nowMs), "20261123T120000Z");
  assert.equal(parseAmzTimestamp("20261123T120000Z"), nowMs);
  for (const text of ["", "2026-11-23T12:00:00Z", "20261399T120000Z"]) {
    assert.ok(Number.isNaN(parseAmzTimestamp(text)), text);
  }
});

test("with a presigned URL S3 takes no x-amz header that is not signed, and any other", async () => {
  const request = requestOf(presigned());
  const attempt = (headers: HttpRequest["headers"]) =>
    verify({ ...request, headers: { ...request.headers, ...headers } }, keys, nowMs);
  const refused = await attempt({ "x-amz-checksum-mode": "ENABLED" });
  assert.equal(refused.kind === "refused" && refused.reason, "unsigned header");
  assert.equal((await attempt({ range: "bytes=0-9", "if-range": '"x"' })).kind, "signed");
  assert.equal((await attempt({ "x-amz-content-sha256": "UNSIGNED-PAYLOAD" })).kind, "signed");
});
