import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, verify } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import fc from "fast-check";
import intelHex from "intel-hex";
import MemoryMap from "nrf-intel-hex";
import { releaseBytes } from "../../../firmware/verify/release.ts";
import { toHex } from "../../image/hex.ts";
import { makeImage } from "../../image/mcuboot.ts";
import { VerifyingKey } from "../../image/verify-signature.ts";
import { applyPatch } from "../../patch/apply-patch.ts";
import { hexReport } from "../inspect/hex-report.ts";
import { jobReport } from "../inspect/job-report.ts";
import { readByTable } from "../testing/image-table.ts";
import { packImage } from "./image.ts";
import { makeRelease, type ReleaseWishes } from "./release.ts";

const folder = mkdtempSync(join(tmpdir(), "pack-test-"));
after(() => rmSync(folder, { recursive: true }));

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const keyPath = join(folder, "test-key.pem");
writeFileSync(keyPath, privateKey.export({ format: "pem", type: "pkcs8" }));
const pem = publicKey.export({ format: "pem", type: "spki" }) as string;
const keys = [{ id: "test-key", key: new VerifyingKey(pem) }];

const plain: ReleaseWishes = {
  location: "s3://bucket/",
  recordBytes: 128,
  isPresigned: false,
  isUnsigned: false,
  isPacked: false,
  from: [],
  key: keyPath,
};

interface Case {
  readonly code: Uint8Array;
  readonly version: string;
  readonly counter: number | undefined;
  readonly headerBytes: number;
  readonly address: number;
  readonly isImageSigned: boolean;
  readonly recordBytes: number;
  readonly expires: number | undefined;
  readonly hardware: string | undefined;
}

/** 1 to 440 KB of noise, as fast-check is slow with arrays of that size. */
const code = fc
  .record({ kind: fc.constantFrom(1024, 70_000, 440 * 1024), seed: fc.string(), cut: fc.nat(1023) })
  .map(({ kind, seed, cut }) => {
    const block = createHash("sha512").update(seed).digest();
    const bytes = Buffer.alloc(kind - cut);
    for (let at = 0; at < bytes.length; at += 64) {
      block.copy(bytes, at);
      block.writeUInt32LE(at, 0);
    }
    return new Uint8Array(bytes);
  });

const cases: fc.Arbitrary<Case> = fc.record({
  code,
  version: fc
    .tuple(fc.nat(255), fc.nat(255), fc.nat(65_535), fc.nat(0xffffffff))
    .map(([major, minor, revision, build]) =>
      build % 2 === 0 ? `${major}.${minor}.${revision}` : `${major}.${minor}.${revision}+${build}`,
    ),
  counter: fc.option(fc.nat(0xffffffff), { nil: undefined }),
  headerBytes: fc.integer({ min: 8, max: 1024 }).map((words) => words * 4),
  address: fc.constantFrom(0x10000, 0x80000, 0xc000, 0xfffc),
  isImageSigned: fc.boolean(),
  recordBytes: fc.integer({ min: 16, max: 255 }),
  expires: fc.option(fc.integer({ min: 1, max: 0xffffffff }), { nil: undefined }),
  hardware: fc.option(fc.constantFrom("board-a", "größer"), { nil: undefined }),
});

async function packed(one: Case) {
  const image = await packImage(
    { form: "code", code: one.code, address: undefined },
    {
      version: one.version,
      counter: one.counter,
      headerBytes: one.headerBytes,
      hasHeaderRoom: false,
      address: one.address,
      slotBytes: 0x80000,
      imageKey: one.isImageSigned ? keyPath : undefined,
    },
  );
  const { recordBytes, expires, hardware } = one;
  const { files } = makeRelease(image, { ...plain, recordBytes, expires, hardware }, "out");
  const [hex, job] = files.map(({ contents }) => Buffer.from(contents));
  assert.ok(hex !== undefined && job !== undefined);
  return { image: image.image, hex, job, document: JSON.parse(job.toString()) };
}

/** Of its only TLV, by the table. */
function digestOf(image: Uint8Array): string {
  return readByTable(image).entries[0]?.value.toString("hex") ?? "";
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

describe("fota pack", () => {
  it("writes images by the table, HEX that two readers agree on, and a statement that holds", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (one) => {
        const { image, hex, document } = await packed(one);
        checkImage(image, one);
        const text = hex.toString("latin1");
        const map = MemoryMap.fromHex(text).join();
        assert.deepEqual([...map.keys()], [one.address]);
        assert.ok(Buffer.from(map.get(one.address) ?? []).equals(image), "nrf-intel-hex");
        const parsed = intelHex.parse(text, image.length, one.address);
        assert.ok(Buffer.from(parsed.data).equals(image), "intel-hex");
        const longest = Math.max(...text.split("\n").map((line) => line.length));
        assert.equal(longest, 11 + 2 * Math.min(one.recordBytes, image.length));
        assert.equal(document.size, hex.length);
        checkStatement(document, image, one);
      }),
      { numRuns: 25 },
    );
  });

  it("offers patches by the digest that a tracker knows its image by, as files that make the new", async () => {
    const body = createHash("sha512").update("code").digest();
    const olds = ["1.0.0", "1.0.1"].map((version) => {
      const old = makeImage({ body: Buffer.concat([body, Buffer.from(version)]), version });
      const path = join(folder, `${version}.hex`);
      writeFileSync(path, toHex(old, { address: 0x10000 }));
      return { old, path };
    });
    const next = Buffer.concat([body, Buffer.alloc(5_000, body)]);
    const image = makeImage({ body: next, version: "1.1.0" });
    const { files, facts } = makeRelease(
      { image, address: 0x10000, version: "1.1.0", securityCounter: 0 },
      { ...plain, from: olds.map(({ path }) => path) },
      "out/new",
    );
    const { patches } = JSON.parse(`${files[1]?.contents}`);
    assert.equal(patches.at(-1).from, undefined, "the whole image comes last");
    for (const [index, entry] of patches.entries()) {
      const patch = files[2 + index]?.contents as Uint8Array;
      const old = olds.find(({ old: one }) => digestOf(one) === entry.from)?.old;
      assert.equal(entry.from === undefined, old === undefined);
      assert.ok(Buffer.from(applyPatch(old, patch, image.length)).equals(image));
      assert.equal(entry.size, patch.length);
      const { path } = facts.patches[index] ?? { path: "" };
      assert.deepEqual(entry.location, {
        protocol: "https",
        host: "bucket.s3.amazonaws.com",
        path: path.replace("out/", ""),
      });
    }
    assert.equal(patches.length, files.length - 2);
    assert.ok(patches.length > 1);
  });

  it("says the same as fota inspect", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (one) => {
        const { image, hex, job, document } = await packed(one);
        const looked = hexReport("out.hex", hex, keys);
        assert.equal(looked.problem, undefined);
        const found = looked.facts["image"] as Record<string, unknown>;
        assert.equal(found["address"], one.address);
        assert.equal(found["bytes"], image.length);
        assert.equal(found["sha256"], document.sha256);
        assert.equal(`${found["version"]}`, one.version.replace(/\+0$/, ""));
        assert.deepEqual(
          found["signature"],
          one.isImageSigned ? { state: "good", keyId: "test-key" } : { state: "none" },
        );
        const { facts, problem } = jobReport("out.job.json", job, keys);
        assert.equal(problem, undefined);
        assert.equal(facts["version"], one.version);
        assert.equal(facts["securityCounter"], one.counter ?? 0);
        assert.equal(facts["expires"], one.expires ?? 0);
        assert.deepEqual(facts["signature"], { state: "good", keyId: "test-key" });
        for (const line of [...looked.lines]) assert.ok(line.length <= 80, line);
      }),
      { numRuns: 10 },
    );
  });
});

function checkImage(image: Uint8Array, one: Case): void {
  const { fields, padding, body, hashed, protectedEntries, entries, rest } = readByTable(image);
  const [major, minor, revision, build = 0] = one.version.split(/[.+]/).map(Number);
  assert.deepEqual(fields, {
    "magic, 0x96f3b83d": 0x96f3b83d,
    "load address, 0": 0,
    "H: header with its padding": one.headerBytes,
    "P: protected TLV area; 0 for none": one.counter === undefined ? 0 : 12,
    "B: body": one.code.length,
    flags: 0,
    major,
    minor,
    revision,
    build,
    "0": 0,
  });
  assert.ok(padding.every((byte) => byte === 0xff));
  assert.ok(body.equals(one.code));
  assert.equal(rest, 0);
  const counters = protectedEntries.map(({ type, value }) => [type, value.readUInt32LE()]);
  assert.deepEqual(counters, one.counter === undefined ? [] : [[0x50, one.counter]]);
  const types = entries.map(({ type }) => type);
  assert.deepEqual(types, one.isImageSigned ? [0x10, 0x01, 0x22] : [0x10]);
  assert.ok(entries[0]?.value.equals(sha256(hashed)));
  if (!one.isImageSigned) return;
  const spki = publicKey.export({ format: "der", type: "spki" });
  assert.ok(entries[1]?.value.equals(sha256(spki)));
  assert.equal(verify("sha256", hashed, publicKey, entries[2]?.value ?? Buffer.alloc(0)), true);
}

function checkStatement(document: Record<string, string>, image: Uint8Array, one: Case): void {
  assert.equal(document["sha256"], sha256(image).toString("hex"));
  const statement = releaseBytes({
    hardware: one.hardware ?? "",
    version: one.version,
    securityCounter: one.counter ?? 0,
    imageSize: image.length,
    sha256: sha256(image),
    expires: one.expires ?? 0,
  });
  const signature = Buffer.from(document["signature"] ?? "", "base64");
  assert.equal(verify("sha256", statement, publicKey, signature), true);
  assert.equal(document["keyId"], "test-key");
}
