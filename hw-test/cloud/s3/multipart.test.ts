import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { type Cloud, startCloud } from "../cloud.ts";
import { sdkClients } from "../testing/clients.ts";

const minBytes = 5 * 1024 * 1024;
const first = Buffer.alloc(minBytes, "a");
const second = Buffer.from("the rest");
const object = { Bucket: "parts", Key: "folder/big.hex" };
let cloud: Cloud;
let s3: S3Client;

before(async () => {
  cloud = await startCloud();
  cloud.createBucket("parts");
  s3 = sdkClients(cloud).s3;
});

after(() => cloud.stop());

async function begin(more: Partial<CreateMultipartUploadCommandInput> = {}): Promise<string> {
  const begun = await s3.send(new CreateMultipartUploadCommand({ ...object, ...more }));
  return begun.UploadId ?? "";
}

async function putPart(UploadId: string, PartNumber: number, Body: Buffer): Promise<CompletedPart> {
  const { ETag, ChecksumCRC32 } = await s3.send(
    new UploadPartCommand({ ...object, UploadId, PartNumber, Body }),
  );
  return { PartNumber, ETag, ChecksumCRC32 };
}

function finish(UploadId: string, Parts: CompletedPart[]) {
  const MultipartUpload = { Parts };
  return s3.send(new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload }));
}

function sumOfSums(parts: readonly Buffer[]): string {
  const sums = parts.map((part) => createHash("md5").update(part).digest());
  return createHash("md5").update(Buffer.concat(sums)).digest("hex");
}

test("parts become one object, in the order of their numbers, with what was said at the start", async () => {
  const UploadId = await begin({ ContentType: "text/x-hex", Metadata: { version: "1.0.1" } });
  // Uploaded in another order, and one of them twice.
  await putPart(UploadId, 1, second);
  const parts = [await putPart(UploadId, 7, second), await putPart(UploadId, 1, first)].reverse();
  const listed = await s3.send(new ListPartsCommand({ ...object, UploadId }));
  assert.deepEqual(
    listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size]),
    [
      [1, minBytes],
      [7, second.length],
    ],
  );
  const done = await finish(UploadId, parts);
  assert.equal(done.ETag, `"${sumOfSums([first, second])}-2"`);
  const got = await s3.send(new GetObjectCommand({ ...object, ChecksumMode: "ENABLED" }));
  const body = Buffer.from((await got.Body?.transformToByteArray()) ?? []);
  assert.ok(body.equals(Buffer.concat([first, second])));
  assert.equal(got.ContentType, "text/x-hex");
  assert.deepEqual(got.Metadata, { version: "1.0.1" });
  assert.equal(got.ETag, done.ETag);
  const { Uploads } = await s3.send(new ListMultipartUploadsCommand({ Bucket: object.Bucket }));
  assert.equal(Uploads, undefined);
});

test("the checksum is that of the parts' checksums, or of the whole, as asked for", async () => {
  for (const [ChecksumType, pattern] of [
    ["COMPOSITE", /^[A-Za-z0-9+/]{6}==-2$/],
    ["FULL_OBJECT", /^[A-Za-z0-9+/]{6}==$/],
  ] as const) {
    const UploadId = await begin({ ChecksumAlgorithm: "CRC32", ChecksumType });
    const parts = [await putPart(UploadId, 1, first), await putPart(UploadId, 2, second)];
    const done = await finish(UploadId, parts);
    assert.match(done.ChecksumCRC32 ?? "", pattern);
    const head = await s3.send(new HeadObjectCommand({ ...object, ChecksumMode: "ENABLED" }));
    assert.equal(head.ChecksumCRC32, done.ChecksumCRC32);
    assert.equal(head.ChecksumType, ChecksumType);
  }
});

test("parts that are missing, out of order, too small or of another tag are not put together", async () => {
  await s3.send(new PutObjectCommand({ ...object, Body: "before" }));
  const UploadId = await begin();
  const one = await putPart(UploadId, 1, first);
  const two = await putPart(UploadId, 2, second);
  const three = await putPart(UploadId, 3, second);
  for (const [parts, name] of [
    [[two, one], "InvalidPartOrder"],
    [[one, { ...three, PartNumber: 4 }], "InvalidPart"],
    [[one, { ...two, ETag: one.ETag }], "InvalidPart"],
    [[one, two, three], "EntityTooSmall"],
    [[], "MalformedXML"],
  ] as const) {
    await assert.rejects(finish(UploadId, [...parts]), { name });
  }
  const got = await s3.send(new GetObjectCommand(object));
  assert.equal(await got.Body?.transformToString(), "before");
  // It is still under way: the right list ends it.
  await finish(UploadId, [one, two]);
  await assert.rejects(finish(UploadId, [one, two]), { name: "NoSuchUpload" });
});

test("an upload that is aborted leaves the object as it was", async () => {
  await s3.send(new PutObjectCommand({ ...object, Body: "before" }));
  const UploadId = await begin();
  await putPart(UploadId, 1, first);
  const listing = new ListMultipartUploadsCommand({ Bucket: object.Bucket });
  assert.deepEqual(
    (await s3.send(listing)).Uploads?.map(({ Key, UploadId: id }) => [Key, id]),
    [[object.Key, UploadId]],
  );
  await s3.send(new AbortMultipartUploadCommand({ ...object, UploadId }));
  await assert.rejects(putPart(UploadId, 1, first), { name: "NoSuchUpload" });
  const got = await s3.send(new GetObjectCommand(object));
  assert.equal(await got.Body?.transformToString(), "before");
});

test("a part may be copied from another object, or from a range of it", async () => {
  const Source = `${object.Bucket}/source`;
  await s3.send(new PutObjectCommand({ ...object, Key: "source", Body: "0123456789" }));
  const UploadId = await begin();
  const copied = await s3.send(
    new UploadPartCopyCommand({
      ...object,
      UploadId,
      PartNumber: 1,
      CopySource: Source,
      CopySourceRange: "bytes=2-4",
    }),
  );
  await finish(UploadId, [{ PartNumber: 1, ETag: copied.CopyPartResult?.ETag }]);
  const got = await s3.send(new GetObjectCommand(object));
  assert.equal(await got.Body?.transformToString(), "234");
});
