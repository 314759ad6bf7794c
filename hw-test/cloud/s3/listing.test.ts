import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  GetBucketLocationCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import fc from "fast-check";
import { type Cloud, startCloud } from "../cloud.ts";
import { sdkClients } from "../testing/clients.ts";
import { createTestClock } from "../testing/clock.ts";

const clock = createTestClock(Math.floor(Date.now() / 1000) * 1000);
const startMs = clock.now();
let cloud: Cloud;
let s3: S3Client;

before(async () => {
  cloud = await startCloud({ now: clock.now, schedule: clock.schedule });
  s3 = sdkClients(cloud).s3;
  await fill("listed", ["a/1", "a/2", "b", "a/b/3", "c d&e", "ü", "a"]);
});

after(() => cloud.stop());

async function fill(Bucket: string, keys: readonly string[]): Promise<void> {
  cloud.createBucket(Bucket);
  for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
}

interface Listed {
  readonly keys: readonly (string | undefined)[];
  readonly prefixes: readonly (string | undefined)[];
}

async function list(more: Partial<ListObjectsV2CommandInput>): Promise<Listed> {
  const page = await s3.send(new ListObjectsV2Command({ Bucket: "listed", ...more }));
  return {
    keys: (page.Contents ?? []).map(({ Key }) => Key),
    prefixes: (page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
  };
}

test("keys come in the order of their bytes, with size, tag and time", async () => {
  clock.advance(90_000);
  await s3.send(new PutObjectCommand({ Bucket: "listed", Key: "later", Body: "123" }));
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: "listed" }));
  assert.deepEqual(
    Contents.map(({ Key }) => Key),
    ["a", "a/1", "a/2", "a/b/3", "b", "c d&e", "later", "ü"],
  );
  const later = Contents.find(({ Key }) => Key === "later");
  assert.equal(later?.Size, 3);
  assert.equal(later?.LastModified?.getTime(), startMs + 90_000);
  assert.equal(Contents[0]?.LastModified?.getTime(), startMs);
});

test("prefix, delimiter and start-after", async () => {
  assert.deepEqual(await list({ Prefix: "a/" }), { keys: ["a/1", "a/2", "a/b/3"], prefixes: [] });
  assert.deepEqual(await list({ Prefix: "a/", Delimiter: "/" }), {
    keys: ["a/1", "a/2"],
    prefixes: ["a/b/"],
  });
  assert.deepEqual(await list({ Delimiter: "/", StartAfter: "a" }), {
    keys: ["b", "c d&e", "later", "ü"],
    prefixes: ["a/"],
  });
  assert.deepEqual(await list({ Prefix: "none" }), { keys: [], prefixes: [] });
  assert.deepEqual(await list({ EncodingType: "url", Prefix: "c" }), {
    keys: ["c%20d%26e"],
    prefixes: [],
  });
});

test("ListObjects of version 1 goes on after its marker", async () => {
  const first = await s3.send(new ListObjectsCommand({ Bucket: "listed", MaxKeys: 2 }));
  assert.equal(first.IsTruncated, true);
  const rest = await s3.send(
    new ListObjectsCommand({ Bucket: "listed", Marker: first.NextMarker, Prefix: "a" }),
  );
  assert.deepEqual(
    [first, rest].map(({ Contents }) => Contents?.map(({ Key }) => Key)),
    [
      ["a", "a/1"],
      ["a/2", "a/b/3"],
    ],
  );
});

test("a page's size and token are checked", async () => {
  await assert.rejects(list({ MaxKeys: -1 }), { name: "InvalidArgument" });
  await assert.rejects(list({ ContinuationToken: "?" }), { name: "InvalidArgument" });
  assert.deepEqual(await list({ MaxKeys: 0 }), { keys: [], prefixes: [] });
});

test("buckets are listed with the time of their creation, and tell their region", async () => {
  cloud.createBucket("b-second");
  const { Buckets } = await s3.send(new ListBucketsCommand({}));
  assert.deepEqual(
    Buckets?.slice(0, 2).map(({ Name, CreationDate }) => [Name, CreationDate?.getTime()]),
    [
      ["b-second", clock.now()],
      ["listed", startMs],
    ],
  );
  const { LocationConstraint } = await s3.send(new GetBucketLocationCommand({ Bucket: "listed" }));
  assert.equal(LocationConstraint, "eu-west-1");
});

test("pages of any size hold every key and prefix once: none is lost, none repeated", async () => {
  const key = fc.string({ unit: fc.constantFrom("a", "b", "/"), minLength: 1, maxLength: 5 });
  const names = fc.uniqueArray(key, { minLength: 1, maxLength: 12 });
  let count = 0;
  await fc.assert(
    fc.asyncProperty(
      names,
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom("", "/"),
      fc.constantFrom("", "a", "a/"),
      async (keys, MaxKeys, Delimiter, Prefix) => {
        count += 1;
        const Bucket = `pages-${count}`;
        await fill(Bucket, keys);
        const pages = await allPages({ Bucket, MaxKeys, Delimiter, Prefix });
        const whole = groups(keys, Prefix, Delimiter);
        assert.deepEqual(pages.flat().sort(), whole);
        const full = pages.slice(0, -1);
        assert.ok(full.every(({ length }) => length === MaxKeys));
      },
    ),
    { numRuns: 15 },
  );
});

async function allPages(asked: ListObjectsV2CommandInput): Promise<string[][]> {
  const pages: string[][] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.send(new ListObjectsV2Command({ ...asked, ContinuationToken }));
    const keys = (page.Contents ?? []).map(({ Key = "" }) => Key);
    const prefixes = (page.CommonPrefixes ?? []).map(({ Prefix = "" }) => `${Prefix}*`);
    pages.push([...keys, ...prefixes]);
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  return pages;
}

/** What a listing is to show, said another way: a set of what each key is shown as. */
function groups(keys: readonly string[], prefix: string, delimiter: string): string[] {
  const shown = keys
    .filter((key) => key.startsWith(prefix))
    .map((key) => {
      const [head = "", ...more] = key.slice(prefix.length).split(delimiter || "\0");
      return more.length === 0 ? key : `${prefix}${head}${delimiter}*`;
    });
  return [...new Set(shown)].sort();
}
