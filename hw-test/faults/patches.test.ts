import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makePatch } from "../../tools/patch/make-patch.ts";
import { Desk, type DeskOptions } from "../desk/desk.ts";
import { Restart } from "../desk/device.ts";
import type { Patch } from "../desk/images.ts";
import { patchEntry } from "../desk/jobs-cloud.ts";
import { fileReply, httpReply } from "../model/http-reply.ts";

interface Run {
  readonly desk: Desk;
  readonly jobId: string;
  /** What was asked of the file server, a letter for each file in its order: `p`atch, `h`ex. */
  readonly files: string;
}

/** An update that offers a patch, to its end. */
function run(
  spoil: (desk: Desk, patch: Patch) => Readonly<Record<string, unknown>> | undefined = () => ({}),
  options: DeskOptions = {},
): Run {
  const desk = new Desk({ way: "patch", ...options });
  const [patch] = desk.firmwares.offered.patches;
  assert.ok(patch !== undefined);
  const asked: string[] = [];
  const files = (): string => asked.join("").replace(/(.)\1+/g, "$1");
  const changes = spoil(desk, patch);
  const { onFileRequest } = desk;
  desk.onFileRequest = (index, request) => {
    asked.push(request.path.includes(".hex") ? "h" : "p");
    return onFileRequest(index, request);
  };
  const jobId = desk.cloud.order(desk.firmwares.offered, changes);
  desk.runUntilOver(jobId);
  return { desk, jobId, files: files() };
}

function details({ desk, jobId }: Run): Readonly<Record<string, string>> {
  return desk.cloud.execution(jobId)?.statusDetails ?? {};
}

function assertUpdated(done: Run, files: string): void {
  const { desk, jobId } = done;
  const story = desk.log.slice(-30).join("\n");
  assert.deepEqual([desk.end(jobId).status, desk.running], ["SUCCEEDED", "1.0.1"], story);
  assert.equal(done.files, files, story);
}

/** The image comes by the HEX file, the job tells why, and the patch was asked for on one boot only. */
function assertFellBack(done: Run, code: string): void {
  assertUpdated(done, "ph");
  assert.equal(details(done)["patchFailure"], code);
}

/** The server has other bytes for the patch. */
function serve(desk: Desk, bytes: Uint8Array): void {
  desk.onFileRequest = (_, request) =>
    request.path.includes(".hex") ? undefined : fileReply(request, { file: bytes, etag: '"x"' });
}

function changed(bytes: Uint8Array, at: number, value?: number): Uint8Array {
  const other = bytes.slice();
  other[at] = value ?? (other[at] ?? 0) ^ 0x41;
  return other;
}

describe("a job that offers a patch", () => {
  for (const way of ["patch", "packed"] as const) {
    it(`is done over it: ${way}`, () => {
      const told: unknown[] = [];
      const done = run(
        (desk) => {
          desk.onJobsRequest = ({ body }) => {
            const { file } = (body["statusDetails"] ?? {}) as { file?: string };
            told.push(file);
            return undefined;
          };
          return {};
        },
        { way },
      );
      assertUpdated(done, "p");
      assert.equal(details(done)["patchFailure"], undefined);
      assert.ok(told.includes(way), String(told));
      const { deliveredBytes, firmwares } = done.desk;
      const [patch] = firmwares.offered.patches;
      assert.ok(deliveredBytes < (patch?.bytes.byteLength ?? 0) + 600, String(deliveredBytes));
    });
  }

  it("is done over the HEX file where none fits, without a question more", () => {
    const odd = [
      { from: "00".repeat(32) },
      { from: "" },
      { from: 7 },
      { from: null },
      { size: "12 KB" },
      { size: 0 },
      { size: 1.5 },
      { size: undefined },
      { size: 1e9 },
    ];
    for (const change of odd) {
      const done = run((_, patch) => ({ patches: [{ ...patchEntry(patch), ...change }] }));
      assertUpdated(done, "h");
      assert.equal(details(done)["patchFailure"], undefined, JSON.stringify(change));
    }
    for (const patches of [null, {}, 7, "x", [], [[]], [null, 7, "x", [{}], {}]]) {
      assertUpdated(
        run(() => ({ patches })),
        "h",
      );
    }
  });

  it("is done over the HEX file where no SHA-256 vouches for what a patch makes", () => {
    const settings = { evidence: "optional" } as const;
    const trust = { anchors: [], verifier: undefined };
    const done = run(() => ({ sha256: undefined, signature: undefined }), { settings, trust });
    assertUpdated(done, "h");
  });

  it("takes the smallest that fits, wherever it stands in the list", () => {
    for (const place of [0, 1, 5, 40]) {
      const done = run((_, patch) => {
        const entry = patchEntry(patch);
        const others = Array.from({ length: 41 }, (_unused, at) => ({
          // Not ours, or larger than ours.
          ...(at % 2 === 0 ? { from: "ab".repeat(32), size: 100 } : { size: 1e6 }),
          location: { url: "https://wrong.example/x" },
        }));
        const patches = [...others.slice(0, place), entry, ...others.slice(place)];
        return { patches };
      });
      assertUpdated(done, "p");
    }
  });

  it("reads its entries in any order of their fields, and their digits as text", () => {
    const done = run((_, patch) => {
      const { from, size, location } = patchEntry(patch);
      const upper = String(from).toUpperCase();
      return { patches: [{ note: [{ from: "x" }], location, size: String(size), from: upper }] };
    });
    assertUpdated(done, "p");
  });
});

describe("a patch that fails", () => {
  const [patch] = new Desk({ way: "patch" }).firmwares.offered.patches;
  assert.ok(patch !== undefined);
  const good = patch.bytes;
  const bad: readonly (readonly [string, string, Uint8Array])[] = [
    ["no patch at all", "PATCH_FORMAT", Buffer.alloc(good.byteLength, "a")],
    ["a HEX file", "PATCH_FORMAT", Buffer.from(":020000040001F9\n".repeat(80))],
    ["another version of the format", "PATCH_FORMAT", changed(good, 3, 0x32)],
    ["an image larger than the slot", "PATCH_RANGE", changed(good, 6, 0x7f)],
    ["another image to start from", "PATCH_BASE", changed(good, 14)],
    ["a stream that lies", "PATCH_DEFLATE", changed(good, 48, 0xff)],
    ["an end too early", "PATCH_FORMAT", good.slice(0, -20)],
    ["bytes behind its end", "PATCH_FORMAT", Buffer.concat([good, Buffer.from("more")])],
  ];
  for (const [what, code, bytes] of bad) {
    it(`is not tried again: ${what}`, () => {
      const done = run((desk, one) => {
        serve(desk, bytes);
        return { patches: [{ ...patchEntry(one), size: bytes.byteLength }] };
      });
      assertFellBack(done, code);
    });
  }

  it("is not tried again: it makes another image", () => {
    const { changed: other } = new Desk({ way: "patch" }).firmwares;
    const [otherPatch] = other.patches;
    assert.ok(otherPatch !== undefined);
    const done = run((desk, one) => {
      serve(desk, otherPatch.bytes);
      return { patches: [{ ...patchEntry(one), size: otherPatch.bytes.byteLength }] };
    });
    assertFellBack(done, "IMAGE_SHA256");
  });

  for (const [status, code] of [
    ["404 Not Found", "FILE_NOT_FOUND"],
    ["403 Forbidden", "ACCESS_DENIED"],
    ["503 Slow Down", "DOWNLOAD_EXHAUSTED"],
  ] as const) {
    it(`is not tried again: ${status}`, () => {
      const done = run((desk) => {
        desk.onFileRequest = (_, request) =>
          request.path.includes(".hex") ? undefined : httpReply({ status });
        return {};
      });
      assertFellBack(done, code);
    });
  }

  for (const [location, code] of [
    [undefined, "DOCUMENT_INVALID"],
    [7, "DOCUMENT_INVALID"],
    [{ url: "http://fw.example/x" }, "LOCATION_UNSUPPORTED"],
    [{ url: `https://fw.example/${"x".repeat(2100)}` }, "URL_TOO_LONG"],
  ] as const) {
    it(`is not tried: its location is ${JSON.stringify(location)?.slice(0, 40)}`, () => {
      const done = run((_, one) => ({ patches: [{ ...patchEntry(one), location }] }));
      assertUpdated(done, "h");
      assert.equal(details(done)["patchFailure"], code);
    });
  }

  it("is not tried again after a reset, whenever that comes", () => {
    for (const delayMs of [0, 1, 10, 40, 70]) {
      const done = run((desk, one) => {
        serve(desk, changed(good, 48, 0xff));
        desk.onLine = (line) => {
          if (line.includes("now the HEX file")) resetIn(desk, delayMs);
        };
        return { patches: [patchEntry(one)] };
      });
      assertFellBack(done, "PATCH_DEFLATE");
      assert.equal(done.desk.boots, 3);
    }
  });
});

describe("a patch on a bad day", () => {
  it("waits out a network that is dead, and is not given up", () => {
    const done = run((desk) => {
      desk.outages.push({ server: "files", how: "lose", fromS: 0, forS: 7200 });
      desk.outages.push({ server: "broker", how: "lose", fromS: 2, forS: 7200 });
      return {};
    });
    assertUpdated(done, "p");
    assert.ok(done.desk.clock.nowMs() > 7_000_000);
  });

  it("asks for a fresh URL when its own has expired, and resumes", () => {
    const done = run((desk) => {
      let isExpired = false;
      desk.onFileReply = (index) => (index === 1 ? { byte: 900, fate: "drop" } : undefined);
      desk.onFileRequest = (index) => {
        if (index !== 2 || isExpired) return undefined;
        isExpired = true;
        return httpReply({ status: "403 Forbidden" });
      };
      return {};
    });
    assertUpdated(done, "p");
    assert.ok(done.desk.log.some((line) => line.includes("a fresh URL is needed")));
  });

  for (const way of ["patch", "packed"] as const) {
    it(`resumes at a chunk after a reset at any byte, with one more fetched at most: ${way}`, () => {
      const { old, offered } = new Desk({ way }).firmwares;
      const bytes = makePatch(way === "packed" ? undefined : old.image, offered.image, CHUNK_BYTES);
      const bytesOnAir = (resetAt: number): number => {
        const done = run(
          (desk) => {
            offer(desk, bytes);
            let isReset = false;
            desk.onDelivered = (total) => {
              if (isReset || total < resetAt) return;
              isReset = true;
              resetIn(desk, 0);
            };
            return {};
          },
          { way },
        );
        assertUpdated(done, "p");
        return done.desk.deliveredBytes;
      };
      const whole = bytesOnAir(Number.POSITIVE_INFINITY);
      assert.ok(bytes.length > 1.3 * AGAIN_MAX_BYTES, `${bytes.length} bytes tell nothing`);
      for (let at = 60; at < whole; at += 97) {
        const more = bytesOnAir(at) - whole;
        assert.ok(more < AGAIN_MAX_BYTES, `${more} bytes more, reset at ${at}`);
      }
    });
  }
});

/** What a chunk inflates to here, and what arrives at once. */
const CHUNK_BYTES = 64;
const PIECE_BYTES = 40;
/** A chunk, framed; what makes a page of 512 bytes, in chunks; two pieces. */
const AGAIN_MAX_BYTES = 70 + 600 + 2 * PIECE_BYTES;

/** The patch is another one, and comes in small pieces. */
function offer(desk: Desk, bytes: Uint8Array): void {
  const { offered } = desk.firmwares;
  const patches = offered.patches.map((patch) => ({ ...patch, bytes }));
  desk.firmwares.offered = { ...offered, patches };
  const pace = { delayMs: 50, firstBytes: 0, pieceBytes: PIECE_BYTES, everyMs: 50 };
  desk.onFileRequest = (_, request) => ({
    ...fileReply(request, { file: bytes, etag: '"x"' }),
    pace,
  });
}

function resetIn(desk: Desk, delayMs: number): void {
  desk.clock.alarm(delayMs, () => {
    throw new Restart("software");
  });
}
