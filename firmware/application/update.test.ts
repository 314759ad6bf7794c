import assert from "node:assert/strict";
import { createHash, generateKeyPairSync } from "node:crypto";
import { describe, it } from "node:test";
import CRC32 from "crc-32";
import fc from "fast-check";
import { EspruinoStorage } from "../../hw-test/model/espruino-storage.ts";
import { PowerCut } from "../../hw-test/model/nor-flash.ts";
import { VirtualClock } from "../../hw-test/model/virtual-clock.ts";
import { SigningKey } from "../../tools/image/sign.ts";
import { Failure } from "../failure.ts";
import { EspruinoScripts } from "../platforms/espruino/application-files.ts";
import { EspruinoStore } from "../platforms/espruino/store.ts";
import { verifier } from "../verify/p256.ts";
import { sideToStart, trialStartMax } from "./loader.ts";
import { loadState } from "./state.ts";
import { type ApplicationOffer, ApplicationUpdate } from "./update.ts";

const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = pair.privateKey.export({ format: "pem", type: "pkcs8" }) as string;
const key = Uint8Array.from(pair.publicKey.export({ format: "der", type: "spki" }).subarray(-65));
const signer = new SigningKey(pem);
const crc32 = (bytes: Uint8Array): number => CRC32.buf(bytes);
const sha256 = (bytes: ArrayBuffer | Uint8Array): Buffer =>
  createHash("sha256").update(new Uint8Array(bytes)).digest();

function script(seed: number, byteLength = 9000): Uint8Array {
  return Uint8Array.from({ length: byteLength }, (_, at) => 32 + ((at * seed + (at >> 8)) % 90));
}

function offerOf(bytes: Uint8Array, changes: Partial<ApplicationOffer["release"]> = {}) {
  const release = {
    hardware: "watch-app",
    version: "1.0.1",
    securityCounter: 3,
    imageSize: bytes.byteLength,
    sha256: Uint8Array.from(sha256(bytes)),
    expires: 0,
    ...changes,
  };
  const signature = Uint8Array.from(Buffer.from(signer.signRelease(release), "base64"));
  return { release, signature };
}

/** A board from one power-on to the next; Storage outlives it. */
function powerOn(storage: EspruinoStorage) {
  assert.ok(verifier);
  const store = new EspruinoStore({ storage, crc32 });
  const clock = new VirtualClock();
  const engine = { storage, sha256: (bytes: ArrayBuffer) => Uint8Array.from(sha256(bytes)).buffer };
  const update = new ApplicationUpdate({
    files: new EspruinoScripts(engine),
    store,
    clock,
    keys: [key],
    verifier,
    sha256: (bytes) => Uint8Array.from(sha256(bytes)),
    crc32,
    hardware: "watch-app",
    byteLengthMax: 20_000,
  });
  return { store, clock, update };
}

type Board = ReturnType<typeof powerOn>;

function offer({ update, clock }: Board, one: ApplicationOffer): number {
  let answer: { offset: number; failure: Failure | undefined } | undefined;
  update.offer(one, (offset, failure) => {
    answer = { offset, failure };
  });
  clock.run(1000);
  assert.ok(answer, "no answer");
  if (answer.failure !== undefined) throw answer.failure;
  return answer.offset;
}

function send(board: Board, bytes: Uint8Array, from: number, chunkBytes = 600): void {
  for (let at = from; at < bytes.byteLength; ) {
    const chunk = bytes.subarray(at, at + chunkBytes);
    at = board.update.chunk(at, chunk, crc32(chunk));
  }
  board.update.finish();
}

function install(
  storage: EspruinoStorage,
  bytes: Uint8Array,
  one: ApplicationOffer = offerOf(bytes),
): void {
  const board = powerOn(storage);
  send(board, bytes, offer(board, one));
}

const startOf = (storage: EspruinoStorage): Uint8Array | undefined => {
  const side = sideToStart(powerOn(storage).store);
  return side === undefined ? undefined : storage.files.get(`app.${side}.js`);
};

describe("application update", () => {
  it("starts a script on trial, keeps it once it is confirmed, and takes the next", () => {
    const storage = new EspruinoStorage();
    for (const seed of [7, 11, 13]) {
      install(storage, script(seed));
      assert.deepEqual(startOf(storage), script(seed));
      powerOn(storage).update.confirm();
      for (let start = 0; start < 5; start++) assert.deepEqual(startOf(storage), script(seed));
    }
  });

  it("falls back after so many starts that nobody confirmed", () => {
    const storage = new EspruinoStorage();
    install(storage, script(7));
    startOf(storage);
    powerOn(storage).update.confirm();
    install(storage, script(11));
    for (let start = 0; start < trialStartMax; start++) {
      assert.deepEqual(startOf(storage), script(11));
    }
    assert.deepEqual(startOf(storage), script(7));
    assert.deepEqual(startOf(storage), script(7));
  });

  it("ends with the old script or the whole new one, whenever the power fails", () => {
    const oldScript = script(7, 2000);
    const newScript = script(11, 9000);
    const whole = new EspruinoStorage();
    install(whole, oldScript);
    startOf(whole);
    powerOn(whole).update.confirm();
    const before = whole.steps;
    install(whole, newScript);
    const steps = whole.steps - before;
    assert.ok(steps > 30, `${steps} steps`);
    for (let cutAt = 0; cutAt < steps; cutAt++) {
      const storage = new EspruinoStorage();
      install(storage, oldScript);
      startOf(storage);
      powerOn(storage).update.confirm();
      storage.stepsLeft = cutAt;
      assert.throws(() => install(storage, newScript), isCut);
      storage.stepsLeft = Number.POSITIVE_INFINITY;
      const side = powerOn(storage).store && loadState(powerOn(storage).store);
      if (side.trial === undefined) {
        assert.deepEqual(startOf(storage), oldScript, `cut at ${cutAt}`);
        install(storage, newScript);
      }
      assert.deepEqual(startOf(storage), newScript, `cut at ${cutAt}, then again`);
    }
  });

  it("goes on from what arrived before a reset", () => {
    const storage = new EspruinoStorage();
    const bytes = script(11);
    const board = powerOn(storage);
    offer(board, offerOf(bytes));
    for (let at = 0; at < 6000; at += 600) {
      board.update.chunk(at, bytes.subarray(at, at + 600), crc32(bytes.subarray(at, at + 600)));
    }
    const again = powerOn(storage);
    const from = offer(again, offerOf(bytes));
    assert.ok(from >= 4096 && from <= 6000, `from ${from}`);
    send(again, bytes, from);
    assert.deepEqual(startOf(storage), bytes);
  });

  it("begins anew with another script", () => {
    const storage = new EspruinoStorage();
    const board = powerOn(storage);
    const bytes = script(11);
    offer(board, offerOf(bytes));
    for (let at = 0; at < 6000; at += 600) {
      board.update.chunk(at, bytes.subarray(at, at + 600), crc32(bytes.subarray(at, at + 600)));
    }
    install(storage, script(13));
    assert.deepEqual(startOf(storage), script(13));
  });

  it("refuses what is not signed, for others, too old or too large, and installs nothing", () => {
    const bytes = script(7);
    const good = offerOf(bytes);
    const other = { ...good.release, sha256: Uint8Array.from(sha256(script(8))) };
    const cases: readonly (readonly [string, ApplicationOffer])[] = [
      ["SIGNATURE", { ...good, release: other }],
      ["SIGNATURE", { ...good, signature: good.signature.subarray(1) }],
      ["HARDWARE_MISMATCH", offerOf(bytes, { hardware: "watch" })],
      ["IMAGE_TOO_LARGE", offerOf(bytes, { imageSize: 20_001 })],
      ["SECURITY_COUNTER", offerOf(bytes, { securityCounter: 2 })],
    ];
    for (const [code, one] of cases) {
      const storage = new EspruinoStorage();
      install(storage, script(5), offerOf(script(5)));
      startOf(storage);
      powerOn(storage).update.confirm();
      assert.throws(() => install(storage, bytes, one), { code });
      assert.deepEqual(startOf(storage), script(5));
    }
  });

  it("refuses chunks that are damaged or beyond the end, and asks for those out of order", () => {
    const board = powerOn(new EspruinoStorage());
    const bytes = script(7);
    const chunk = bytes.subarray(0, 100);
    assert.throws(() => board.update.chunk(0, chunk, 0), { code: "FILE_LENGTH" });
    offer(board, offerOf(bytes));
    assert.throws(() => board.update.chunk(0, chunk, 1), { code: "FILE_CRC" });
    assert.equal(board.update.chunk(0, chunk, crc32(chunk)), 100);
    assert.equal(board.update.chunk(0, chunk, crc32(chunk)), 100);
    assert.equal(board.update.chunk(300, chunk, crc32(chunk)), 100);
    assert.throws(() => board.update.chunk(100, script(7, 8901), crc32(script(7, 8901))), {
      code: "FILE_LENGTH",
    });
    assert.throws(() => board.update.finish(), { code: "FILE_LENGTH" });
  });

  it("puts no script on trial whose bytes are not those that were signed", () => {
    fc.assert(
      fc.property(fc.nat(8999), (at) => {
        const storage = new EspruinoStorage();
        const bytes = script(7);
        const other = bytes.slice();
        other[at] = (other[at] ?? 0) ^ 1;
        const board = powerOn(storage);
        const from = offer(board, offerOf(bytes));
        assert.throws(() => send(board, other, from), { code: "IMAGE_SHA256" });
        assert.equal(startOf(storage), undefined);
      }),
      { numRuns: 10 },
    );
  });

  it("takes no offer while a script is on trial", () => {
    const storage = new EspruinoStorage();
    install(storage, script(7));
    assert.throws(() => install(storage, script(11)), { code: "STORE" });
  });
});

/** The power failed, or a Failure says that Storage failed, which is how it looks to the code. */
function isCut(error: unknown): boolean {
  return error instanceof PowerCut || error instanceof Failure;
}
