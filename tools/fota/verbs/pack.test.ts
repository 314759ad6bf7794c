import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { toHex } from "../../image/hex.ts";
import { makeImage, readImage } from "../../image/mcuboot.ts";
import { Folder, ONE_LINE } from "../testing/run-fota.ts";

const folder = new Folder();
const code = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7) % 256));
const image = makeImage({ body: code, version: "2.0.0", securityCounter: 5 });
const there = ["--location", "s3://fota-bucket/"];

before(() => {
  const files = {
    "app.bin": code,
    "app.hex": toHex(code, { address: 0x10200 }),
    "app.elf": Buffer.concat([Buffer.from("\x7fELF"), code]),
    "signed.hex": toHex(image, { address: 0x10000 }),
    "padded.hex": toHex(Buffer.concat([image, Buffer.alloc(64, 0xff)]), { address: 0x10000 }),
    "damaged.hex": toHex(image, { address: 0x10000 }).replace(/^:10010000../m, ":1001000000"),
    "broken.bin": Buffer.concat([image.subarray(0, 900), Buffer.of(0), image.subarray(901)]),
    "merged.hex": toHex(Buffer.concat([Buffer.alloc(0x10000), image]), { address: 0 }),
    "large.bin": Buffer.alloc(450_600),
    "bad.js": "let let = 1;",
    "room.bin": Buffer.concat([Buffer.alloc(512), code]),
    "notes.txt": "not an application",
    "empty.bin": "",
    "no-key.pem": "-----BEGIN NOTHING-----",
  };
  for (const [name, contents] of Object.entries(files)) writeFileSync(folder.file(name), contents);
});
after(() => folder.remove());

describe("fota pack", { concurrency: 3 }, () => {
  it("keeps an image that has a header, byte for byte, and its version and counter", async () => {
    const given = ["signed.hex", ...there, "--out", "kept.hex", "--json"];
    const { code, output, errors } = await folder.fota("pack", ...given);
    assert.equal(code, 0, errors);
    const told = JSON.parse(output);
    assert.deepEqual([told.version, told.securityCounter, told.keyId], ["2.0.0", 5, "development"]);
    assert.equal(
      readFileSync(folder.file("kept.hex"), "latin1"),
      toHex(image, { address: 0x10000, recordBytes: 128 }),
    );
    const document = JSON.parse(readFileSync(folder.file("kept.job.json"), "utf8"));
    assert.deepEqual(document.location, {
      protocol: "https",
      host: "fota-bucket.s3.amazonaws.com",
      path: "kept.hex",
    });
  });

  it("puts the header before code that is linked behind it", async () => {
    const given = ["app.hex", "--version", "1.0.0", "--header-bytes", "512", "--unsigned"];
    const options = ["--location", "https://a.example/1.hex", "--out", "linked.hex", "--json"];
    const { code, output, errors } = await folder.fota("pack", ...given, ...options);
    assert.equal(code, 0, errors);
    assert.equal(JSON.parse(output).address, 0x10000);
    const document = JSON.parse(readFileSync(folder.file("linked.job.json"), "utf8"));
    assert.deepEqual(document.location, { url: "https://a.example/1.hex" });
    assert.equal("signature" in document, false);
  });

  it("puts the header into the room that code leaves for it", async () => {
    const given = ["room.bin", "--version", "1.0.0", "--header-bytes", "512", "--header-room"];
    const options = [...there, "--out", "room.hex", "--json"];
    const { code: ended, output, errors } = await folder.fota("pack", ...given, ...options);
    assert.equal(ended, 0, errors);
    const sound = readImage(makeImage({ body: code, version: "1.0.0", headerBytes: 512 }));
    assert.equal(JSON.parse(output).bytes.image, sound?.byteLength);
  });

  const version = ["--version", "1.0.0"];
  for (const [args, message] of [
    [["app.bin", ...there], /--version V is missing/],
    [["app.bin", ...version], /'--location <URL>' not specified/],
    [["app.bin", "--version", "1.0", ...there], /--version 1\.0: 1\.2\.3 or/],
    [["app.bin", ...version, "--location", "http://a.example/"], /--location http:/],
    [["app.bin", ...version, ...there, "--record-bytes", "15"], /--record-bytes 15: 16 to 255/],
    [["app.bin", ...version, ...there, "--expires", "2030-02-31"], /--expires 2030-02-31/],
    [["app.bin", ...version, ...there, "--header-bytes", "34"], /a multiple of 4/],
    [["app.bin", ...version, ...there, "--hardware", ""], /hardware: 0 (bytes|characters)/],
    [["app.bin", ...version, ...there, "--key", "no-key.pem"], /--key no-key\.pem: no ECDSA/],
    [["app.bin", ...version, "--location", "https://a.example/", "--presigned"], /for buckets/],
    [["app.bin", ...version, ...there, "--header-room"], /--header-room: byte 1 of the code/],
    [["app.hex", ...version, ...there], /is for 0x000101e0, slots begin at/],
    [["app.elf", ...version, ...there], /app\.elf is an ELF program: objcopy/],
    [["signed.hex", "--version", "2.0.1", ...there], /the image's own header says 2\.0\.0/],
    [["signed.hex", "--counter", "4", ...there], /own security counter is 5/],
    [["signed.hex", ...there, "--out", "signed.hex"], /is what is packed/],
    [["signed.hex", ...there, "--out", "no/such.hex"], /ENOENT/],
    [["padded.hex", ...there], /64 bytes behind the image/],
    [["damaged.hex", ...there], /line \d+, byte \d+: checksum .* \(HEX_CHECKSUM\)/],
    [["broken.bin", ...there], /damaged at byte \d+: this sha256 is not that of/],
    [["merged.hex", ...there], /more than one image/],
    [["large.bin", ...version, ...there], /has 450672 bytes, the slot takes 450560/],
    [["bad.js", ...version, ...there], /^fota: bad\.js:1: missing identifier/],
    [["notes.txt", ...version, ...there], /notes\.txt is text: fota pack takes/],
    [["empty.bin", ...version, ...there], /empty\.bin is empty/],
    [["/dev/zero", ...version, ...there], /larger than 32 MB/],
    [["nowhere.bin", ...version, ...there], /ENOENT/],
  ] as const) {
    it(`says what is wrong with ${args.join(" ")} and exits with 2`, async () => {
      const { code: ended, output, errors } = await folder.fota("pack", ...args);
      assert.equal(ended, 2, errors);
      assert.equal(output, "");
      assert.match(errors, ONE_LINE);
      assert.match(errors, message);
    });
  }
});
