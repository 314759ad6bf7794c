import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { request as httpRequest } from "node:http";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { SignatureV4 } from "@smithy/signature-v4";
import { type Cloud, startCloud } from "../cloud.ts";
import { ChunkSigner } from "../sigv4/chunkSigner.ts";
import { scopeText, signingKey } from "../sigv4/signature.ts";
import { sdkClients } from "../testing/clients.ts";
import { createTestClock } from "../testing/clock.ts";
import { get } from "../testing/get.ts";

const clock = createTestClock(Math.floor(Date.now() / 1000) * 1000);
let cloud: Cloud;
let s3: S3Client;

/** CRC-32 of this is the check value of its definition, cbf43926. */
const text = "123456789";
const crc32 = Buffer.from("cbf43926", "hex").toString("base64");
const md5 = createHash("md5").update(text).digest("hex");
const etag = `"${md5}"`;
const object = { Bucket: "bucket", Key: "folder/a b+1.hex" };
const url = "https://bucket.s3.amazonaws.com/folder/a%20b%2B1.hex";

before(async () => {
  cloud = await startCloud({ now: clock.now, schedule: clock.schedule });
  s3 = sdkClients(cloud).s3;
  await s3.send(new CreateBucketCommand({ Bucket: "bucket" }));
  await s3.send(new PutObjectCommand({ ...object, Body: text, ContentType: "text/x-hex" }));
});

after(() => cloud.stop());

test("what is put is got, with its type, tag, checksum and metadata", async () => {
  const Key = "with-metadata";
  const put = await s3.send(
    new PutObjectCommand({ ...object, Key, Body: text, Metadata: { version: "1.0.1" } }),
  );
  assert.equal(put.ETag, etag);
  assert.equal(put.ChecksumCRC32, crc32);
  const got = await s3.send(
    new GetObjectCommand({ ...object, Key, ChecksumMode: "ENABLED", Range: "bytes=2-4" }),
  );
  assert.equal(await got.Body?.transformToString(), "345");
  assert.equal(got.ContentRange, "bytes 2-4/9");
  assert.deepEqual(got.Metadata, { version: "1.0.1" });
  const head = await s3.send(new HeadObjectCommand({ ...object, ChecksumMode: "ENABLED" }));
  assert.equal(head.ContentLength, 9);
  assert.equal(head.ContentType, "text/x-hex");
  assert.equal(head.ChecksumCRC32, crc32);
  assert.equal(head.LastModified?.getTime(), clock.now());
});

test("a stream goes up in chunks with its checksum behind it", async () => {
  const Body = Readable.from([Buffer.alloc(70_000, "a"), Buffer.from("z")]);
  const put = new PutObjectCommand({ ...object, Key: "stream", Body, ContentLength: 70_001 });
  let sent: Record<string, string> = {};
  put.middlewareStack.add(
    (next) => (args) => {
      sent = (args.request as { headers: Record<string, string> }).headers;
      return next(args);
    },
    { step: "finalizeRequest", priority: "low" },
  );
  await s3.send(put);
  assert.match(sent["x-amz-content-sha256"] ?? "", /^STREAMING-/);
  assert.equal(sent["x-amz-trailer"], "x-amz-checksum-crc32");
  const got = await get(cloud, "https://bucket.s3.amazonaws.com/stream");
  assert.equal(got.body, `${"a".repeat(70_000)}z`);
});

test("an upload in signed chunks is stored if every chunk is what its signature says", async () => {
  for (const [Key, sent, status] of [
    ["signed-chunks", text, 200],
    ["forged-chunks", text.replace("1", "7"), 403],
  ] as const) {
    assert.equal(await putInSignedChunks(Key, { signed: text, sent }), status);
  }
  assert.equal((await get(cloud, "https://bucket.s3.amazonaws.com/signed-chunks")).body, text);
  assert.equal((await get(cloud, "https://bucket.s3.amazonaws.com/forged-chunks")).status, 404);
});

/** As older SDKs upload over plain HTTP. @returns the status of the answer */
async function putInSignedChunks(
  key: string,
  { signed, sent }: { readonly signed: string; readonly sent: string },
): Promise<number> {
  const { credentials, endpoints, region } = cloud;
  const path = `/bucket/${key}`;
  const { sha256 } = s3.config;
  const signer = new SignatureV4({ credentials, region, sha256, service: "s3" });
  const { headers } = await signer.sign(
    {
      protocol: "http:",
      hostname: "",
      method: "PUT",
      path,
      headers: {
        host: new URL(endpoints.s3).host,
        "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "x-amz-decoded-content-length": String(sent.length),
      },
    },
    { signingDate: new Date(clock.now()) },
  );
  const timestamp = headers["x-amz-date"] ?? "";
  const scope = { date: timestamp.slice(0, 8), region, service: "s3" };
  const chunks = new ChunkSigner({
    signingKey: signingKey(scope, credentials.secretAccessKey),
    scope: scopeText(scope),
    timestamp,
    signature: headers["authorization"]?.split("Signature=")[1] ?? "",
  });
  const first = `${signed.length};chunk-signature=${chunks.chunk(Buffer.from(signed))}`;
  const last = `0;chunk-signature=${chunks.chunk(Buffer.alloc(0))}`;
  const answer = await fetch(`${cloud.endpoints.s3}${path}`, {
    method: "PUT",
    headers,
    body: `${first}\r\n${sent}\r\n${last}\r\n\r\n`,
  });
  await answer.text();
  return answer.status;
}

test("an upload whose checksum is wrong is not stored", async () => {
  const Key = "damaged";
  const wrong = { ...object, Key, Body: text };
  for (const command of [
    new PutObjectCommand({ ...wrong, ChecksumCRC32: "AAAAAA==" }),
    new PutObjectCommand({ ...wrong, ContentMD5: "1B2M2Y8AsgTpgAmY7PhCfg==" }),
    new PutObjectCommand({ ...wrong, ChecksumSHA256: Buffer.alloc(32).toString("base64") }),
  ]) {
    await assert.rejects(s3.send(command), { name: "BadDigest" });
  }
  const sha256 = createHash("sha256").update(text).digest("base64");
  await assert.rejects(s3.send(new GetObjectCommand({ ...object, Key })), { name: "NoSuchKey" });
  await s3.send(new PutObjectCommand({ ...wrong, ChecksumSHA256: sha256 }));
});

test("buckets and keys that are not there are named so", async () => {
  await assert.rejects(s3.send(new PutObjectCommand({ ...object, Bucket: "none", Body: "x" })), {
    name: "NoSuchBucket",
  });
  await assert.rejects(s3.send(new HeadObjectCommand({ ...object, Key: "none" })), {
    name: "NotFound",
  });
  await assert.rejects(s3.send(new HeadBucketCommand({ Bucket: "none" })), { name: "NotFound" });
  await assert.rejects(s3.send(new CreateBucketCommand({ Bucket: "bucket" })), {
    name: "BucketAlreadyOwnedByYou",
  });
  const missing = await get(cloud, "https://bucket.s3.amazonaws.com/none");
  assert.equal(missing.status, 404);
  assert.match(missing.body, /<Code>NoSuchKey<\/Code>/);
});

test("a bucket lists its objects and is deleted when it is empty", async () => {
  const Bucket = "short-lived";
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutObjectCommand({ Bucket, Key: "a&b", Body: text }));
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket }));
  assert.deepEqual(
    Contents?.map(({ Key, Size, ETag }) => [Key, Size, ETag]),
    [["a&b", 9, etag]],
  );
  await assert.rejects(s3.send(new DeleteBucketCommand({ Bucket })), { name: "BucketNotEmpty" });
  await s3.send(new DeleteObjectCommand({ Bucket, Key: "a&b" }));
  await s3.send(new DeleteObjectCommand({ Bucket, Key: "a&b" }));
  await s3.send(new DeleteBucketCommand({ Bucket }));
  await assert.rejects(s3.send(new HeadBucketCommand({ Bucket })), { name: "NotFound" });
});

test("a signature by another secret, another key or another time is refused", async () => {
  const { region, credentials, endpoints } = cloud;
  const attempt = (more: object) => {
    const client = new S3Client({ region, endpoint: endpoints.s3, maxAttempts: 1, ...more });
    return client.send(new PutObjectCommand({ ...object, Key: "forged", Body: "x" }));
  };
  const wrongSecret = { ...credentials, secretAccessKey: "guessed" };
  await assert.rejects(attempt({ credentials: wrongSecret }), { name: "SignatureDoesNotMatch" });
  const wrongKey = { ...credentials, accessKeyId: "AKIANOBODY" };
  await assert.rejects(attempt({ credentials: wrongKey }), { name: "InvalidAccessKeyId" });
  const late = { credentials: { ...credentials }, systemClockOffset: -16 * 60_000 };
  await assert.rejects(attempt(late), { name: "RequestTimeTooSkewed" });
});

test("without signature an object may be read, and nothing else be done", async () => {
  assert.equal((await get(cloud, url)).body, text);
  assert.equal((await get(cloud, url, {}, "PUT")).status, 403);
  assert.equal((await get(cloud, url, {}, "DELETE")).status, 403);
  assert.equal((await get(cloud, "https://bucket.s3.amazonaws.com/")).status, 403);
  assert.equal((await get(cloud, url)).status, 200);
});

test("a bucket is addressed by host, with region or without, or by path", async () => {
  const hosts = [
    "bucket.s3.amazonaws.com",
    "bucket.s3.eu-west-1.amazonaws.com",
    "s3.amazonaws.com/bucket",
    "s3.eu-west-1.amazonaws.com/bucket",
    "localhost/bucket",
    "127.0.0.1/bucket",
  ];
  for (const host of hosts) {
    const got = await get(cloud, `https://${host}/folder/a%20b%2B1.hex`);
    assert.equal(got.body, text, host);
  }
});

test("the control plane's port serves objects too", async () => {
  const status = await new Promise((resolve, reject) => {
    httpRequest(`${cloud.endpoints.s3}/bucket/folder/a%20b%2B1.hex`, (incoming) => {
      incoming.resume();
      resolve(incoming.statusCode);
    })
      .on("error", reject)
      .end();
  });
  assert.equal(status, 200);
});
