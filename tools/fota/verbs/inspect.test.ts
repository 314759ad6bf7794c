import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { toHex } from "../../image/hex.ts";
import { makeImage } from "../../image/mcuboot.ts";
import { releaseFields } from "../../image/release.ts";
import { SigningKey } from "../../image/sign.ts";
import { makePatch } from "../../patch/make-patch.ts";
import { ended, Folder, ONE_LINE, PROGRAM } from "../testing/run-fota.ts";

const folder = new Folder();
const ESCAPE = "\u001b";
const body = Buffer.from(Array.from({ length: 9000 }, (_, index) => (index * 31) % 251));
const pems = ["ours", "theirs"].map((name) => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return [name, privateKey.export({ format: "pem", type: "pkcs8" }) as string] as const;
});
const key = new SigningKey(pems[0]?.[1] ?? "");
const old = makeImage({ body: body.subarray(0, 8000), version: "1.0.0" });
const image = makeImage({ body, version: "1.0.1", sign: (hashed) => key.signImage(hashed) });
const hex = toHex(image, { address: 0x10000, recordBytes: 32 });
const document = {
  operation: "app_fw_update",
  size: hex.length,
  filename: "1.0.1.hex",
  location: { url: `\${aws:iot:s3-presigned-url:https://s3.amazonaws.com/bucket/1.0.1.hex}` },
  fwversion: "1.0.1",
  ...releaseFields({ image, version: "1.0.1", hardware: "board-a" }, key),
};

before(() => {
  const patch = makePatch(old, image);
  const packed = makePatch(undefined, image);
  const files = {
    "good.hex": hex,
    "image.bin": image,
    "job.json": JSON.stringify(document),
    "forged.json": JSON.stringify({ ...document, hardware: "board-b" }),
    "unsigned.json": JSON.stringify({ ...document, signature: undefined }),
    "patch.bin": patch,
    "packed.bin": packed,
    "short-patch.bin": patch.subarray(0, patch.length - 5),
    "bad-packed.bin": Buffer.concat([packed.subarray(0, 30), Buffer.alloc(packed.length - 30, 7)]),
    "short.hex": hex.slice(0, 5000),
    "digit.hex": hex.replace("\n:20002000", "\n:2000G000"),
    "twice.hex": toHex(image, { address: 0 }).replace(":00000001FF", ":0100000000FF\n:00000001FF"),
    "no-data.hex": ":00000001FF\n",
    "binary.hex": image,
    "empty.hex": "",
    "short.bin": image.subarray(0, 5000),
    "broken.bin": Buffer.concat([image.subarray(0, 900), Buffer.of(0), image.subarray(901)]),
    "not.json": '{"operation": \u001b[31m nonsense\n}',
    "other.json": '{"operation": "reboot"}',
    "twice.json": '{"size": 1, "size": 2}',
    "noise.dat": Buffer.from("8001020304", "hex"),
  };
  for (const [name, contents] of Object.entries(files)) writeFileSync(folder.file(name), contents);
  for (const [name, pem] of pems) writeFileSync(folder.file(`${name}.pem`), pem);
});
after(() => folder.remove());

describe("fota inspect", { concurrency: 3 }, () => {
  it("ends quietly when its reader has seen enough", async () => {
    const shell = `"$0" "$1" inspect good.hex | head -c 1`;
    const child = spawn("sh", ["-c", shell, process.execPath, PROGRAM], { cwd: folder.path });
    const { code, output, errors } = await ended(child);
    assert.deepEqual({ code, output, errors }, { code: 0, output: "I", errors: "" });
  });

  for (const [args, kind, told] of [
    [["good.hex", "--key", "ours.pem"], "hex", { longestRecord: 32 }],
    [["image.bin", "--key", "theirs.pem", "--key", "ours.pem"], "image", { version: "1.0.1" }],
    [["job.json", "--key", "ours.pem"], "job", { hardware: "board-a" }],
    [["patch.bin"], "patch", { newBytes: image.length, oldBytes: old.length }],
    [["packed.bin"], "patch", { newBytes: image.length, oldBytes: 0 }],
  ] as const) {
    it(`knows ${args.join(" ")}`, async () => {
      const { code, output, errors } = await folder.fota("inspect", ...args, "--json");
      assert.equal(code, 0, errors);
      const facts = JSON.parse(output);
      assert.equal(facts.kind, kind);
      for (const [name, value] of Object.entries(told)) assert.equal(facts[name], value);
      const signature = facts.signature ?? facts.image?.signature;
      const state = kind === "patch" ? (facts.oldBytes === 0 ? "unchecked" : undefined) : "good";
      assert.equal(signature?.state, state);
    });
  }

  for (const [args, message] of [
    [["good.hex", "--key", "theirs.pem"], /its own signature is NOT by a key that was given/],
    [["job.json", "--key", "theirs.pem"], /the release's signature is NOT by a key/],
    [["forged.json", "--key", "ours.pem"], /the release's signature is NOT by a key/],
    [["unsigned.json", "--key", "ours.pem"], /the release's signature is none/],
    [["short.bin"], /damaged at byte 5000 of the image: it ends here, 4032 bytes early/],
    [
      ["broken.bin"],
      /damaged at byte 9040 of the image: this sha256 is not that of bytes 0 to 9032/,
    ],
    [["no-data.hex"], /holds no data/],
  ] as const) {
    it(`shows ${args.join(" ")}, says what is wrong in one line, and exits with 1`, async () => {
      const { code, output, errors } = await folder.fota("inspect", ...args);
      assert.equal(code, 1, errors);
      assert.ok(output.split("\n").length > 2, output);
      assert.equal(output.includes(ESCAPE), false, "no colours in a pipe");
      assert.match(errors, ONE_LINE);
      assert.match(errors, message);
    });
  }

  for (const [args, message] of [
    [["short.hex"], /line \d+, byte \d+: .* \(HEX_NO_EOF\)/],
    [["digit.hex"], /line 3, byte 97: .* \(HEX_DIGIT\)/],
    [["twice.hex"], /different bytes \(SLOT_OVERLAP\)/],
    [["binary.hex"], /is no Intel HEX: byte 0 is 0x3d; it seems to be an MCUboot image in binary/],
    [["empty.hex"], /empty\.hex is empty/],
    [["short-patch.bin"], /damaged at byte \d+: it ends inside chunk \d+/],
    [["bad-packed.bin"], /damaged at byte \d+: /],
    [["not.json"], /not\.json: /],
    [["other.json"], /operation: not app_fw_update \(OPERATION_UNSUPPORTED\)/],
    [["twice.json"], /\(DOCUMENT_INVALID\)/],
    [["noise.dat"], /seems to be binary data of no known kind/],
    [["ours.pem"], /seems to be a PEM file/],
    [["."], /EISDIR/],
    [["/dev/zero"], /larger than 32 MB/],
    [["good.hex", "--key", "noise.dat"], /--key noise\.dat: no ECDSA P-256 key in PEM/],
    [["good.hex", "--swap", "scratch"], /--swap scratch: move or offset/],
  ] as const) {
    it(`says what is wrong with ${args.join(" ")} and exits with 2`, async () => {
      const { code, output, errors } = await folder.fota("inspect", ...args);
      assert.equal(code, 2, errors);
      assert.equal(output, "");
      assert.match(errors, ONE_LINE);
      assert.equal(errors.includes(ESCAPE), false);
      assert.match(errors, message);
    });
  }
});
