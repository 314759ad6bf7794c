import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { type Cloud, startCloud } from "../cloud.ts";
import { sdkClients } from "../testing/clients.ts";

const Bucket = "copies";
const Key = "folder/a b+ü.hex";
const CopySource = `${Bucket}/${Key.split("/").map(encodeURIComponent).join("/")}`;
let cloud: Cloud;
let s3: S3Client;

before(async () => {
  cloud = await startCloud();
  cloud.createBucket(Bucket);
  cloud.createBucket("others");
  s3 = sdkClients(cloud).s3;
  await s3.send(
    new PutObjectCommand({
      Bucket,
      Key,
      Body: "123456789",
      ContentType: "text/x-hex",
      CacheControl: "no-store",
      Metadata: { version: "1" },
    }),
  );
});

after(() => cloud.stop());

function get(key: string, bucket = Bucket): Promise<GetObjectCommandOutput> {
  return s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
}

test("a copy has the bytes, type and metadata of its source, in another bucket too", async () => {
  const { CopyObjectResult } = await s3.send(
    new CopyObjectCommand({ Bucket: "others", Key: "copy", CopySource }),
  );
  const copy = await get("copy", "others");
  assert.equal(await copy.Body?.transformToString(), "123456789");
  assert.equal(copy.ContentType, "text/x-hex");
  assert.equal(copy.CacheControl, "no-store");
  assert.deepEqual(copy.Metadata, { version: "1" });
  assert.equal(copy.ETag, CopyObjectResult?.ETag);
  assert.equal(await (await get(Key)).Body?.transformToString(), "123456789");
});

test("metadata may be replaced; a copy onto itself must change something", async () => {
  const onto = { Bucket, Key: "replaced" };
  await s3.send(new CopyObjectCommand({ ...onto, CopySource }));
  const self = { ...onto, CopySource: `${Bucket}/replaced` };
  await assert.rejects(s3.send(new CopyObjectCommand(self)), { name: "InvalidRequest" });
  await s3.send(
    new CopyObjectCommand({ ...self, MetadataDirective: "REPLACE", Metadata: { version: "2" } }),
  );
  const replaced = await get("replaced");
  assert.deepEqual(replaced.Metadata, { version: "2" });
  assert.equal(await replaced.Body?.transformToString(), "123456789");
});

test("a copy from nowhere, or on a condition that does not hold, changes nothing", async () => {
  await s3.send(new PutObjectCommand({ Bucket, Key: "target", Body: "before" }));
  const onto = { Bucket, Key: "target" };
  for (const [more, name] of [
    [{ CopySource: `${Bucket}/none` }, "NoSuchKey"],
    [{ CopySource: "no-bucket/x" }, "NoSuchBucket"],
    [{ CopySource: `${CopySource}?versionId=1` }, "NotImplemented"],
    [{ CopySource, CopySourceIfMatch: '"0"' }, "PreconditionFailed"],
  ] as const) {
    await assert.rejects(s3.send(new CopyObjectCommand({ ...onto, ...more })), { name });
  }
  assert.equal(await (await get("target")).Body?.transformToString(), "before");
});

test("a write on the condition that nothing is there, or the same, is refused otherwise", async () => {
  const object = { Bucket, Key: "conditional" };
  const put = (more: object) => s3.send(new PutObjectCommand({ ...object, Body: "x", ...more }));
  await assert.rejects(put({ IfMatch: '"0"' }), { name: "NoSuchKey" });
  const { ETag } = await put({ IfNoneMatch: "*" });
  await assert.rejects(put({ IfNoneMatch: "*" }), { name: "PreconditionFailed" });
  await assert.rejects(put({ IfMatch: '"0"' }), { name: "PreconditionFailed" });
  await put({ IfMatch: ETag });
  const remove = (IfMatch: string) => s3.send(new DeleteObjectCommand({ ...object, IfMatch }));
  await assert.rejects(remove('"0"'), { name: "PreconditionFailed" });
  await s3.send(new HeadObjectCommand(object));
  await remove(ETag ?? "");
  await assert.rejects(s3.send(new HeadObjectCommand(object)), { name: "NotFound" });
});

test("several objects are deleted at once, those that are not there too, and no others", async () => {
  for (const key of ["d1", "d2", "d<&>3", "d4"]) {
    await s3.send(new PutObjectCommand({ Bucket, Key: key, Body: key }));
  }
  const keys = ["d1", "d<&>3", "none"];
  const { Deleted } = await s3.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: keys.map((key) => ({ Key: key })) } }),
  );
  assert.deepEqual(
    Deleted?.map((one) => one.Key),
    keys,
  );
  for (const key of ["d1", "d<&>3"]) await assert.rejects(get(key), { name: "NoSuchKey" });
  for (const key of ["d2", "d4"]) assert.equal((await get(key)).ContentLength, 2);
});
