import assert from "node:assert/strict";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { assumed, type ConformanceCase, documented, model, pages } from "../case.ts";
import { assertRefused } from "../expect.ts";
import { withHeader } from "../sdk.ts";

/** CRC-32 of this is the check value of its definition, cbf43926. */
const text = "123456789";
const crc32 = Buffer.from("cbf43926", "hex").toString("base64");

/** Where the firmware lies. */
export const fileCases: readonly ConformanceCase[] = [
  {
    name: "what is put is got and headed, and is gone once it is deleted",
    source: documented(pages.s3),
    async run(bench) {
      const object = await bench.putObject(text);
      const got = await bench.s3.send(new GetObjectCommand(object));
      assert.equal(await got.Body?.transformToString(), text);
      assert.equal(got.AcceptRanges, "bytes");
      const head = await bench.s3.send(new HeadObjectCommand(object));
      assert.equal(head.ContentLength, text.length);
      assert.equal(head.ETag, got.ETag);
      assert.match(head.ETag ?? "", /^"[^"]+"$/);
      await bench.s3.send(new DeleteObjectCommand(object));
      await assertRefused(bench.s3.send(new GetObjectCommand(object)), "NoSuchKey", 404);
      await assertRefused(bench.s3.send(new HeadObjectCommand(object)), "NotFound", 404);
      await bench.s3.send(new DeleteObjectCommand(object));
    },
  },
  {
    name: "a range is answered 206 with where it lies",
    source: documented(`${pages.s3}, GetObject; RFC 9110, 14.2`),
    async run(bench) {
      const object = await bench.putObject(text);
      for (const [range, body, contentRange] of [
        ["bytes=2-4", "345", "bytes 2-4/9"],
        ["bytes=7-", "89", "bytes 7-8/9"],
        ["bytes=7-99", "89", "bytes 7-8/9"],
        ["bytes=-2", "89", "bytes 7-8/9"],
        ["bytes=0-8", text, "bytes 0-8/9"],
      ] as const) {
        const got = await bench.s3.send(new GetObjectCommand({ ...object, Range: range }));
        assert.equal(await got.Body?.transformToString(), body, range);
        assert.equal(got.ContentRange, contentRange, range);
        assert.equal(got.$metadata.httpStatusCode, 206, range);
      }
    },
  },
  {
    name: "a range behind the end is InvalidRange, 416",
    source: documented(`${pages.s3}, Error responses`),
    async run(bench) {
      const object = await bench.putObject(text);
      const command = new GetObjectCommand({ ...object, Range: "bytes=9-" });
      await assertRefused(bench.s3.send(command), "InvalidRange", 416);
    },
  },
  {
    name: "If-Match holds for the same object only, else PreconditionFailed, 412",
    source: documented(`${pages.s3}, GetObject`),
    async run(bench) {
      const object = await bench.putObject(text);
      const { ETag: IfMatch } = await bench.s3.send(new HeadObjectCommand(object));
      const Range = "bytes=0-2";
      const same = await bench.s3.send(new GetObjectCommand({ ...object, IfMatch, Range }));
      assert.equal(await same.Body?.transformToString(), "123");
      await bench.s3.send(new PutObjectCommand({ ...object, Body: "987654321" }));
      const other = bench.s3.send(new GetObjectCommand({ ...object, IfMatch, Range }));
      await assertRefused(other, "PreconditionFailed", 412);
    },
  },
  {
    name: "If-None-Match of the same object is 304",
    source: documented(`${pages.s3}, GetObject`),
    async run(bench) {
      const object = await bench.putObject(text);
      const { ETag: IfNoneMatch } = await bench.s3.send(new HeadObjectCommand(object));
      await assert.rejects(
        bench.s3.send(new GetObjectCommand({ ...object, IfNoneMatch })),
        (error: { $metadata?: { httpStatusCode?: number } }) =>
          error.$metadata?.httpStatusCode === 304,
      );
    },
  },
  {
    name: "If-Range gives the range of the same object, and the whole of another",
    source: assumed("RFC 9110, 13.1.5; no S3 page names the header"),
    async run(bench) {
      const object = await bench.putObject(text);
      const { ETag = "" } = await bench.s3.send(new HeadObjectCommand(object));
      const attempt = (etag: string) =>
        bench.s3.send(
          withHeader(new GetObjectCommand({ ...object, Range: "bytes=2-4" }), "if-range", etag),
        );
      const same = await attempt(ETag);
      assert.equal(same.$metadata.httpStatusCode, 206);
      assert.equal(await same.Body?.transformToString(), "345");
      const other = await attempt('"0123456789abcdef0123456789abcdef"');
      assert.equal(other.$metadata.httpStatusCode, 200);
      assert.equal(await other.Body?.transformToString(), text);
    },
  },
  {
    name: "the CRC-32 comes with the whole object when it is asked for, and with no part of it",
    source: documented(`${pages.s3}, HeadObject; aws-sdk-js-v3, pull request 5345`),
    async run(bench) {
      const object = await bench.putObject(text);
      const ChecksumMode = "ENABLED";
      const head = await bench.s3.send(new HeadObjectCommand({ ...object, ChecksumMode }));
      assert.equal(head.ChecksumCRC32, crc32);
      const whole = await bench.s3.send(new GetObjectCommand({ ...object, ChecksumMode }));
      assert.equal(whole.ChecksumCRC32, crc32);
      await whole.Body?.transformToString();
      const Range = "bytes=2-4";
      const part = await bench.s3.send(new GetObjectCommand({ ...object, ChecksumMode, Range }));
      assert.equal(await part.Body?.transformToString(), "345");
      assert.equal(part.ChecksumCRC32, undefined);
    },
  },
  {
    name: "an upload with a wrong checksum is BadDigest, and not stored",
    source: documented(`${pages.s3}, Error responses`),
    async run(bench) {
      const object = await bench.putObject(text);
      const wrong = { ...object, Body: "987654321", ChecksumCRC32: crc32 };
      await assertRefused(bench.s3.send(new PutObjectCommand(wrong)), "BadDigest", 400);
      const got = await bench.s3.send(new GetObjectCommand(object));
      assert.equal(await got.Body?.transformToString(), text);
    },
  },
  {
    name: "a bucket that is not there is NoSuchBucket, 404",
    source: model(pages.s3),
    async run(bench) {
      const Bucket = `no-such-bucket-${Date.now()}-${process.pid}`;
      const attempt = bench.s3.send(new GetObjectCommand({ Bucket, Key: "x" }));
      await assertRefused(attempt, "NoSuchBucket", 404);
    },
  },
];
