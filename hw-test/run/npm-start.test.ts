import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { buildImage } from "../../tools/build/image.ts";
import { toHex } from "../../tools/image/hex.ts";
import { makeImage } from "../../tools/image/mcuboot.ts";
import { partitions } from "../../tools/image/memory-map.ts";
import { engineIsMissing } from "../trackers/boards.ts";
import { FlashFile } from "../trackers/virtual/flash-file.ts";
import type { RunResult } from "./result.ts";

const program = fileURLToPath(new URL("main.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "npm-start-"));
const flashPath = join(folder, "flash.bin");
const slot0 = partitions["image-0"].offset;

after(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs what `npm start -- ARGS` runs, as a process of its own. */
async function start(...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, ["--import", "tsx", program, ...args]);
  let output = "";
  let errors = "";
  child.stdout.on("data", (data) => (output += data));
  child.stderr.on("data", (data) => (errors += data));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, output, errors };
}

async function run(...args: string[]): Promise<Ended & { readonly result: RunResult }> {
  const ended = await start(...args, "--flash", flashPath, "--json");
  const last = ended.output.trimEnd().split("\n").at(-1) ?? "";
  assert.match(last, /^\{/, `${ended.output}${ended.errors}`);
  return { ...ended, result: JSON.parse(last) as RunResult };
}

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function ownFolders(path: string): string[] {
  return readdirSync(path).filter((name) => name.startsWith("tracker-"));
}

/** Another hexadecimal digit in the last place. */
function flipLast(text: string): string {
  return text.slice(0, -1) + (text.endsWith("0") ? "1" : "0");
}

async function assertOldImageUntouched(): Promise<void> {
  const { image } = await buildImage({ version: "1.0.0" });
  const slot = FlashFile.open(flashPath).read("image-0");
  assert.ok(slot.subarray(0, image.byteLength).equals(image), "slot 0 is what was flashed");
  assert.ok(
    slot.subarray(image.byteLength).every((byte) => byte === 0xff),
    "nothing else in slot 0",
  );
}

describe("npm start", { skip: engineIsMissing() ?? false }, () => {
  it("updates the tracker from 1.0.0 to 1.0.1, and 1.0.1 is what answers", async () => {
    const { code, output, result } = await run();
    assert.equal(code, 0, output);
    assert.equal(result.from, "1.0.0");
    assert.equal(result.running, "1.0.1");
    assert.equal(result.confirmed, true);
    assert.equal(result.job.status, "SUCCEEDED");
    assert.equal(result.job.statusDetails["version"], "1.0.1");
    assert.equal(result.unsigned, false);
    assert.match(output, /the release is signed by the key development/);
    assert.doesNotMatch(output, /integrity only/i);
    assert.equal(result.flash.maxErasesPerPage, 1);
    assert.match(result.engine, /^XS \d+\.\d+\.\d+$/);
    const reset = output.indexOf("boot: swap test");
    assert.ok(output.slice(0, reset).includes("tracker-fota 1.0.0 on"), "old code before the swap");
    assert.ok(output.slice(reset).includes("tracker-fota 1.0.1 on"), "new code after it");
    const { image } = await buildImage({ version: "1.0.1" });
    const slot = FlashFile.open(flashPath).read("image-0");
    assert.ok(slot.subarray(0, image.byteLength).equals(image), "slot 0 holds the new image");
  });

  it("--unsigned: updates without a signature, and says at every turn what that is worth", async () => {
    const { code, output, result } = await run("--unsigned");
    assert.equal(code, 0, output);
    assert.equal(result.running, "1.0.1");
    assert.equal(result.unsigned, true);
    assert.match(output, /^INTEGRITY ONLY \(--unsigned\)/);
    assert.match(output, /integrity only: this firmware checks no signatures/);
    assert.match(output, /evidence +INTEGRITY ONLY/);
    assert.match(output, /done: the tracker runs 1\.0\.1, confirmed; INTEGRITY ONLY/);
    assert.doesNotMatch(output, /is signed by the key/);
  });

  it("--app: updates an application, whose own words count", async () => {
    const { code, output, result } = await run("--app", "examples/sensor-loop");
    assert.equal(code, 0, output);
    assert.equal(result.running, "1.0.1");
    assert.equal(result.job.status, "SUCCEEDED");
    const reset = output.indexOf("boot: swap test");
    assert.match(output.slice(0, reset), /sensor-loop 1\.0\.0: 0 readings so far/);
    assert.match(output.slice(0, reset), /sensor-loop: the update is here/);
    assert.match(output.slice(reset), /sensor-loop 1\.0\.1: [1-9]\d* readings so far/);
    assert.match(output, /\[fota\] update: starting -> testing/);
  });

  it("--app: an application that cannot be built is one line", async () => {
    const app = join(folder, "broken-app");
    mkdirSync(app);
    writeFileSync(join(app, "main.js"), "export default function start( {");
    const { code, errors } = await start("--app", app);
    assert.equal(code, 2, errors);
    assert.match(errors, /^npm start: --app .*broken-app: .*main\.js.*\n$/);
  });

  it("--boot esp-idf: updates into the other partition, and starts that one", async () => {
    const { code, output, result } = await run("--boot", "esp-idf");
    assert.equal(code, 0, output);
    assert.equal(result.running, "1.0.1");
    assert.equal(result.confirmed, true);
    assert.equal(result.job.status, "SUCCEEDED");
    assert.ok(
      result.bootloader.bytesWritten < 1000,
      "the bootloader writes its notes, and no image",
    );
  });

  it("--boot esp-idf: goes back to the former partition from an image that throws", async () => {
    const { code, result } = await run("--boot", "esp-idf", "--fault", "crash-at-boot");
    assert.equal(code, 1);
    assert.equal(result.running, "1.0.0");
    assert.equal(result.job.statusDetails["reason"], "REVERTED");
  });

  it("has an image that throws at start reverted, and FAILED reported", async () => {
    const { code, output, result } = await run("--fault", "crash-at-boot");
    assert.equal(code, 1);
    assert.equal(result.running, "1.0.0");
    assert.equal(result.confirmed, true);
    assert.equal(result.job.status, "FAILED");
    assert.equal(result.job.statusDetails["reason"], "REVERTED");
    assert.match(output, /exception: Error: this image throws at start/);
    assert.match(output, /boot: swap revert/);
  });

  it("has an image that never reaches the cloud reverted, and the reason reported", async () => {
    const { code, result } = await run("--fault", "no-cloud-after-swap");
    assert.equal(code, 1);
    assert.equal(result.running, "1.0.0");
    assert.equal(result.job.statusDetails["reason"], "REVERTED");
    assert.match(result.job.statusDetails["detail"] ?? "", /^no cloud connection within/);
  });

  it("finishes after a power cut in the middle of a page", async () => {
    const { code, result } = await run("--fault", "power@flash:60:torn");
    assert.equal(code, 0);
    assert.equal(result.powerCuts, 1);
    assert.equal(result.resumes, 1);
    assert.ok(result.bytes.downloaded < result.bytes.hex * 1.1, "most of it came once only");
  });

  it("writes, verifies and requests any file in range, 450 KB too", async () => {
    const image = randomBytes(450_000);
    const hex = file("large.hex", toHex(image, { address: slot0 }));
    const { code, result } = await run("--hex", hex, "--fw-version", "2.0.0", "--stop-before-boot");
    assert.equal(code, 0);
    assert.equal(result.swapRequested, true);
    assert.equal(result.running, "1.0.0");
    assert.equal(result.flash.maxErasesPerPage, 1);
    assert.equal(result.bytes.image, image.byteLength);
    const slot = FlashFile.open(flashPath).read("image-1");
    assert.ok(slot.subarray(0, image.byteLength).equals(image));
    await assertOldImageUntouched();
  });

  it("uploads what is no HEX byte for byte, and says what it seems to be", async () => {
    const image = makeImage({ body: randomBytes(5_000), version: "2.0.0" });
    const path = join(folder, "image.bin");
    writeFileSync(path, image);
    const { code, output, result } = await run("--hex", path, "--fw-version", "2.0.0");
    assert.equal(code, 1);
    assert.match(output, /the new file seems to be an MCUboot image in binary; it is uploaded/);
    assert.equal(result.bytes.hex, image.byteLength);
    const { reason, detail } = result.job.statusDetails;
    assert.equal(`${reason}: ${detail}`, "HEX_START_CODE: line 1, byte 0: character 3d");
  });

  it("leaves no folder behind when Ctrl-C ends it", async () => {
    const temporary = mkdtempSync(join(folder, "tmp-"));
    const child = spawn(process.execPath, ["--import", "tsx", program, "--link", "nb-iot"], {
      env: { ...process.env, TMPDIR: temporary },
    });
    const ended = new Promise((resolve) => child.on("close", (_, signal) => resolve(signal)));
    let output = "";
    for await (const piece of child.stdout) {
      output += piece;
      if (!output.includes("tracker-fota 1.0.0 on")) continue;
      assert.deepEqual(ownFolders(temporary).length, 1, "it works in a folder of its own");
      child.kill("SIGINT");
    }
    assert.equal(await ended, "SIGINT");
    assert.deepEqual(ownFolders(temporary), []);
  });

  const image = randomBytes(20_000);
  const good = toHex(image, { address: slot0 });
  const lines = good.split("\n");
  const badFiles: [name: string, reason: string, hex: string][] = [
    ["truncated in a record", "HEX_NO_EOF", good.slice(0, 30_001)],
    ["truncated between records", "HEX_NO_EOF", `${lines.slice(0, 500).join("\n")}\n`],
    ["with a flipped bit", "HEX_CHECKSUM", good.replace(/^:10005000./m, flipLast)],
    ["with a bad digit", "HEX_DIGIT", good.replace(/^(:10005000)./m, "$1G")],
    ["larger than the slot", "SLOT_TRAILER", toHex(randomBytes(0x70000), { address: slot0 })],
    ["for the bootloader's addresses", "SLOT_ADDRESS", toHex(image, { address: 0 })],
    ["that is no HEX", "HEX_START_CODE", "SOME HEX DATA"],
    ["without data", "IMAGE_EMPTY", ":00000001FF\n"],
  ];
  for (const [name, reason, hex] of badFiles) {
    it(`refuses a file ${name}: ${reason}`, async () => {
      const { code, result } = await run("--hex", file("bad.hex", hex), "--fw-version", "2.0.0");
      assert.equal(code, 1);
      assert.equal(result.job.status, "FAILED");
      assert.equal(result.job.statusDetails["reason"], reason);
      assert.equal(result.running, "1.0.0");
      await assertOldImageUntouched();
    });
  }
});

describe("npm start, used wrongly", () => {
  const missing = join(folder, "missing.hex");
  const bad: [args: string[], message: RegExp][] = [
    [["--nonsense"], /Unknown option '--nonsense'/],
    [["extra"], /Unexpected argument 'extra'/],
    [["--hex", missing, "--fw-version", "1.0.1"], /--hex .*missing\.hex: ENOENT/],
    [["--hex", missing], /--fw-version/],
    [["--fault", "power@byte:1"], /--fault power@byte:1: it needs "@flash:N"/],
    [["--link", "carrier-pigeon"], /--link carrier-pigeon/],
    [["--board", "arm"], /--board arm: linux, cortex-m, cortex-m-64mhz or node/],
    [["--resume"], /--resume needs --flash/],
    [["--app", folder], /--app .*: no main\.ts and no main\.js/],
    [["--fw-version", "abc"], /--fw-version abc: 1\.2\.3 or 1\.2\.3\+4/],
    [["--hex", "/dev/zero", "--fw-version", "1.0.1"], /--hex \/dev\/zero: larger than 32 MB/],
    [["--broker-port", "0"], /--broker-port 0: 1 to 65535/],
    [["--flash", join(folder, "no", "such", "folder")], /ENOENT/],
  ];
  for (const [args, message] of bad) {
    it(`says what is wrong with ${args[0]} in one line and exits with 2`, async () => {
      const { code, output, errors } = await start(...args);
      assert.equal(code, 2, errors);
      assert.match(errors, message);
      assert.equal(errors.trimEnd().split("\n").length, 1, errors);
      assert.equal(output, "");
    });
  }

  it("names a port that is in use", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? String(address?.port) : "";
    const { code, errors } = await start("--broker-port", port);
    server.close();
    assert.equal(code, 2);
    assert.match(errors, new RegExp(`^npm start: port ${port} .*in use\\n$`));
  });

  it("prints its help", async () => {
    const { code, output } = await start("--help");
    assert.equal(code, 0);
    assert.match(output, /Examples:/);
    const readme = readFileSync(new URL("../../docs/command-line.md", import.meta.url), "utf8");
    for (const [option] of output.matchAll(/--[a-z-]+/g)) {
      assert.ok(readme.includes(option), `docs/command-line.md tells of ${option}`);
    }
  });
});
