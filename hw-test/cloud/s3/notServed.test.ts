import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  AbortMultipartUploadCommand,
  DeleteBucketCorsCommand,
  DeleteBucketEncryptionCommand,
  DeleteBucketLifecycleCommand,
  DeleteBucketPolicyCommand,
  DeleteBucketTaggingCommand,
  DeleteBucketWebsiteCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  DeletePublicAccessBlockCommand,
  GetBucketPolicyCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  HeadBucketCommand,
  PutBucketAclCommand,
  PutBucketCorsCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
  PutObjectTaggingCommand,
  RestoreObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { type Cloud, startCloud } from "../cloud.ts";
import { parseQuery } from "../http/message.ts";
import { sdkClients } from "../testing/clients.ts";
import { get } from "../testing/get.ts";
import { bucketOperations } from "./bucketOperations.ts";
import { multipartOperations } from "./multipartOperations.ts";
import { objectOperations } from "./objectOperations.ts";
import { ObjectStore } from "./objects.ts";
import { findOperation } from "./operation.ts";

const Bucket = "kept";
const Key = "1.0.1.hex";
const object = { Bucket, Key };
const text = ":00000001FF\n";
const Tagging = { TagSet: [{ Key: "a", Value: "b" }] };
let cloud: Cloud;
let s3: S3Client;

before(async () => {
  cloud = await startCloud();
  cloud.createBucket(Bucket);
  s3 = sdkClients(cloud).s3;
  await s3.send(new PutObjectCommand({ ...object, Body: text, ContentType: "text/x-hex" }));
});

after(() => cloud.stop());

async function assertKept(what: string): Promise<void> {
  await s3.send(new HeadBucketCommand({ Bucket }));
  const got = await s3.send(new GetObjectCommand(object));
  assert.equal(await got.Body?.transformToString(), text, what);
  assert.equal(got.ContentType, "text/x-hex", what);
}

test("what is not served is refused with 501, and destroys neither object nor bucket", async () => {
  const attempt = (command: object) => s3.send(command as GetObjectCommand);
  const commands = [
    new PutObjectTaggingCommand({ ...object, Tagging }),
    new DeleteObjectTaggingCommand(object),
    new PutObjectAclCommand({ ...object, ACL: "public-read" }),
    new GetObjectAclCommand(object),
    new PutObjectRetentionCommand({ ...object, Retention: { Mode: "GOVERNANCE" } }),
    new PutObjectLegalHoldCommand({ ...object, LegalHold: { Status: "ON" } }),
    new RestoreObjectCommand({ ...object, RestoreRequest: { Days: 1 } }),
    new DeleteObjectCommand({ ...object, VersionId: "v1" }),
    new GetObjectCommand({ ...object, VersionId: "v1" }),
    new PutObjectCommand({ ...object, Body: "x", ACL: "private" }),
    new PutObjectCommand({ ...object, Body: "x", Tagging: "a=b" }),
    new PutObjectCommand({ ...object, Body: "x", ServerSideEncryption: "AES256" }),
    new PutObjectCommand({ ...object, Body: "x", StorageClass: "GLACIER" }),
    new PutBucketAclCommand({ Bucket, ACL: "private" }),
    new PutBucketCorsCommand({
      Bucket,
      CORSConfiguration: { CORSRules: [{ AllowedMethods: ["GET"], AllowedOrigins: ["*"] }] },
    }),
    new DeleteBucketCorsCommand({ Bucket }),
    new PutBucketPolicyCommand({ Bucket, Policy: "{}" }),
    new GetBucketPolicyCommand({ Bucket }),
    new DeleteBucketPolicyCommand({ Bucket }),
    new PutBucketTaggingCommand({ Bucket, Tagging }),
    new DeleteBucketTaggingCommand({ Bucket }),
    new PutBucketVersioningCommand({
      Bucket,
      VersioningConfiguration: { Status: "Enabled" },
    }),
    new DeleteBucketEncryptionCommand({ Bucket }),
    new DeleteBucketLifecycleCommand({ Bucket }),
    new DeleteBucketWebsiteCommand({ Bucket }),
    new DeletePublicAccessBlockCommand({ Bucket }),
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key, VersionId: "v1" }] } }),
  ];
  for (const command of commands) {
    const { name } = command.constructor;
    await assert.rejects(
      attempt(command),
      (error: { name: string; $metadata: { httpStatusCode?: number } }) => {
        assert.equal(error.name, "NotImplemented", name);
        assert.equal(error.$metadata.httpStatusCode, 501, name);
        return true;
      },
      name,
    );
    await assertKept(name);
  }
});

test("an upload in parts that nobody began neither deletes nor overwrites", async () => {
  const UploadId = "nobody";
  const abort = new AbortMultipartUploadCommand({ ...object, UploadId });
  await assert.rejects(s3.send(abort), { name: "NoSuchUpload" });
  await assertKept("abort");
});

/** Sub-resources of the S3 API reference, and one that is none. */
const subResources = [
  "accelerate",
  "acl",
  "analytics",
  "attributes",
  "cors",
  "encryption",
  "inventory",
  "legal-hold",
  "lifecycle",
  "logging",
  "metadataTable",
  "metrics",
  "notification",
  "object-lock",
  "ownershipControls",
  "policy",
  "policyStatus",
  "publicAccessBlock",
  "renameObject",
  "replication",
  "requestPayment",
  "restore",
  "retention",
  "select",
  "session",
  "tagging",
  "torrent",
  "versionId",
  "versioning",
  "versions",
  "website",
  "no-such-thing",
];

test("no sub-resource passes for the bucket or the object itself", () => {
  const store = new ObjectStore();
  const operations = [
    ...bucketOperations({ store, region: "eu-west-1", now: Date.now }),
    ...objectOperations(store, Date.now),
    ...multipartOperations(store, Date.now),
  ];
  for (const name of subResources) {
    for (const method of ["GET", "HEAD", "PUT", "POST", "DELETE"]) {
      for (const key of ["", Key]) {
        if (key === Key && method === "GET" && name === "tagging") continue;
        const request = { method, path: "/", query: name, headers: {}, body: Buffer.alloc(0) };
        const query = parseQuery(name);
        const call = { bucket: Bucket, key, request, query, chunks: undefined, fault: undefined };
        const what = `${method} ${key} ${name}`;
        assert.throws(() => findOperation(operations, call), { code: "NotImplemented" }, what);
      }
    }
  }
});

test("a header that would change what a request means is refused by name", () => {
  const operations = objectOperations(new ObjectStore(), Date.now);
  for (const header of [
    "x-amz-acl",
    "x-amz-grant-read",
    "x-amz-object-lock-mode",
    "x-amz-server-side-encryption-customer-key",
    "x-amz-tagging",
    "x-amz-website-redirect-location",
    "x-amz-write-offset-bytes",
  ]) {
    const headers = { [header]: "x" };
    const request = { method: "PUT", path: "/", query: "", headers, body: Buffer.alloc(0) };
    const call = { ...{ bucket: Bucket, key: Key }, request, query: {}, chunks: undefined };
    assert.throws(() => findOperation(operations, { ...call, fault: undefined }), {
      code: "NotImplemented",
      message: `${header} of PutObject is not served by this local S3`,
    });
  }
});

test("a URL presigned with version 2 is refused, right or wrong", async () => {
  const query = "AWSAccessKeyId=AKIALOCALTRACKERFOTA&Signature=x&Expires=99999999999";
  const got = await get(cloud, `https://${Bucket}.s3.amazonaws.com/${Key}?${query}`);
  assert.equal(got.status, 400);
  assert.match(got.body, /<Code>InvalidRequest<\/Code>.*AWS4-HMAC-SHA256/s);
});
