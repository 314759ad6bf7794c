import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { config } from "../../firmware/config.ts";
import { decodeHex } from "../../firmware/job/encodings.ts";
import { parseAnchors } from "../../firmware/trust-anchors.ts";
import { verifier } from "../../firmware/verify/p256.ts";
import { bundleFirmware } from "../build/bundle.ts";
import { ANCHOR_MAX, trustAnchors } from "./trust-anchors.mjs";

const folder = mkdtempSync(join(tmpdir(), "anchors-"));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function pemOf(key: KeyObject): string {
  return String(key.export({ format: "pem", type: key.type === "public" ? "spki" : "pkcs8" }));
}

/** The head of a SubjectPublicKeyInfo whose point is compressed to 33 bytes (RFC 5480, section 2). */
const COMPRESSED_HEAD = "3039301306072a8648ce3d020106082a8648ce3d030107032200";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const point = publicKey.export({ format: "der", type: "spki" }).subarray(-65);

function spkiPem(hex: string): string {
  const base64 = Buffer.from(hex, "hex").toString("base64");
  return `-----BEGIN PUBLIC KEY-----\n${base64}\n-----END PUBLIC KEY-----\n`;
}

describe("trust anchors of a build", () => {
  it("are as many at most as a firmware takes", () => {
    assert.equal(ANCHOR_MAX, config.trustAnchorMax);
  });

  it("are the points of the keys, in whichever form a file has them", () => {
    const parity = (point[64] ?? 0) % 2 === 0 ? "02" : "03";
    const compressed = COMPRESSED_HEAD + parity + point.subarray(1, 33).toString("hex");
    const pems = [pemOf(privateKey), pemOf(publicKey), spkiPem(compressed)];
    const paths = pems.map((pem, at) => file(`release-${at}.pem`, pem));
    const anchors = parseAnchors(trustAnchors(paths.join(",")));
    const ids = pems.map((_, at) => `release-${at}`);
    assert.deepEqual(
      anchors.map(({ id }) => id),
      ids,
    );
    for (const anchor of anchors) {
      assert.equal(anchor.point, point.toString("hex"));
      assert.ok(verifier?.isKey(decodeHex(anchor.point, 65) ?? new Uint8Array()));
    }
    assert.ok(createPublicKey(spkiPem(compressed)).equals(publicKey));
  });

  const offCurve = spkiPem(
    `3059301306072a8648ce3d020106082a8648ce3d03010703420004${"11".repeat(64)}`,
  );
  const p384 = pemOf(generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey);
  const good = file("good.pem", pemOf(publicKey));
  const bad: readonly (readonly [string, string, RegExp])[] = [
    ["a file that is not there", join(folder, "none.pem"), /^--configKeys .*none\.pem: ENOENT/],
    ["a file that is no PEM", file("text.pem", "key"), /^--configKeys .*text\.pem: /],
    ["a key of another curve", file("p384.pem", p384), /p384\.pem: p384: not an ECDSA P-256 key$/],
    ["a point off the curve", file("off.pem", offCurve), /^--configKeys .*off\.pem: /],
    ["a name that is no id", file("a key.pem", pemOf(publicKey)), /not the id of a key: a key$/],
    ["one id twice", `${good},${good}`, /two keys with the id good$/],
    ["more than four", [1, 2, 3, 4, 5].map((at) => `${at}.pem`).join(), /5 keys, at most 4$/],
  ];
  for (const [what, paths, message] of bad) {
    it(`are refused: ${what}`, () => {
      assert.throws(() => trustAnchors(paths), { name: "TypeError", message });
    });
  }

  it("that are refused stop the build", async () => {
    const keys = [file("text.pem", "key")];
    const build = bundleFirmware({ version: "1.0.0", flavour: "normal", keys });
    await assert.rejects(build, /--configKeys .*text\.pem: /);
  });
});
