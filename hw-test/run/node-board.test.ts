import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { toHex } from "../../tools/image/hex.ts";
import { makeImage } from "../../tools/image/mcuboot.ts";
import { partitions } from "../../tools/image/memory-map.ts";
import { parseOptions } from "./options.ts";
import type { RunResult } from "./result.ts";
import { runUpdate } from "./update-run.ts";

const folder = mkdtempSync(join(tmpdir(), "node-board-run-"));
after(() => rmSync(folder, { recursive: true }));

/** `npm start -- --board node ARGS`, and its console. */
async function update(...args: string[]): Promise<RunResult & { readonly lines: string[] }> {
  const options = parseOptions(["--board", "node", ...args]);
  assert.ok(options !== undefined);
  const lines: string[] = [];
  const display = { update() {}, stop() {}, line: (text: string) => lines.push(text.trim()) };
  return { ...(await runUpdate(options, () => display)), lines };
}

function assertOldImageRuns({ running, confirmed, job }: RunResult, reason: string): void {
  assert.deepEqual([running, confirmed, job.status], ["1.0.0", true, "FAILED"]);
  assert.equal(job.statusDetails["reason"], reason);
}

describe("npm start -- --board node", { timeout: 900_000 }, () => {
  it("updates the tracker: what was downloaded is what runs, and it confirms itself", async () => {
    const { running, confirmed, job, flash, engine, lines } = await update();
    assert.deepEqual([running, confirmed, job.status], ["1.0.1", true, "SUCCEEDED"]);
    assert.equal(job.statusDetails["version"], "1.0.1");
    assert.equal(flash.maxErasesPerPage, 1);
    assert.match(engine, /^Node \d+\.\d+\.\d+$/);
    const swap = lines.indexOf("boot: swap test");
    const says = (version: string) => lines.indexOf(`tracker-fota ${version} on tracker-1`);
    assert.ok(says("1.0.0") >= 0 && says("1.0.0") < swap && says("1.0.1") > swap, `${lines}`);
  });

  it("goes on after a power cut inside a page, and inside the swap", async () => {
    for (const [operation, resumed] of [
      [60, false],
      [400, true],
    ] as const) {
      const result = await update("--fault", `power@flash:${operation}:torn`);
      const { running, confirmed, job, powerCuts, bytes, lines } = result;
      assert.deepEqual([running, confirmed, job.status], ["1.0.1", true, "SUCCEEDED"]);
      assert.equal(powerCuts, 1);
      assert.ok(bytes.downloaded < bytes.hex * 1.1, "most of it came once only");
      assert.equal(lines.includes("boot: swap resumed"), resumed, lines.join("\n"));
    }
  });

  it("has an image that throws at start reverted", async () => {
    const result = await update("--fault", "crash-at-boot");
    assertOldImageRuns(result, "REVERTED");
    assert.ok(result.lines.includes("boot: swap revert"), result.lines.join("\n"));
  });

  it("refuses an image with a wrong bit", async () => {
    const result = await update("--fault", "bad-image");
    assertOldImageRuns(result, "IMAGE_SHA256");
    assert.ok(!result.lines.includes("boot: swap test"));
  });

  it("has an image of the other board reverted: it cannot run here", async () => {
    const body = Buffer.concat([Buffer.from("XSB1"), Buffer.alloc(4_000, 7)]);
    const path = join(folder, "xs.hex");
    const image = makeImage({ body, version: "1.0.1" });
    writeFileSync(path, toHex(image, { address: partitions["image-0"].offset }));
    assertOldImageRuns(await update("--hex", path, "--fw-version", "1.0.1"), "REVERTED");
  });
});

/** A folder with links to Node and npm, and what npm starts scripts with; nothing else. */
function bareFolder(): string {
  const bare = mkdtempSync(join(folder, "bare-"));
  symlinkSync(process.execPath, join(bare, "node"));
  for (const name of ["npm", "sh"]) symlinkSync(installed(name), join(bare, name));
  return bare;
}

function whyNotBare(): string | false {
  if (process.platform === "win32") return "links and sh are not Windows's";
  const missing = ["npm", "sh"].find((name) => placeOf(name) === undefined);
  return missing === undefined ? false : `${missing} is not in the PATH`;
}

function placeOf(name: string): string | undefined {
  const places = (process.env["PATH"] ?? "").split(delimiter).map((one) => join(one, name));
  return places.find((path) => existsSync(path));
}

function installed(name: string): string {
  const found = placeOf(name);
  assert.ok(found !== undefined, `${name} is not in the PATH`);
  return realpathSync(found);
}

describe("npm start with nothing in the PATH but Node", {
  timeout: 900_000,
  skip: whyNotBare(),
}, () => {
  it("does the whole update, and says what it is and what brings the engine", async () => {
    const bare = bareFolder();
    const cwd = fileURLToPath(new URL("../../", import.meta.url));
    const env = { PATH: bare, HOME: folder };
    const child = spawn(join(bare, "npm"), ["start", "--silent"], { cwd, env });
    let output = "";
    child.stdout.on("data", (data) => (output += data));
    child.stderr.on("data", (data) => (output += data));
    const code = await new Promise((resolve) => child.on("close", resolve));
    assert.equal(code, 0, output);
    const [first = ""] = output.split("\n");
    assert.match(first, /^the client runs in a Node process, not on XS: gcc is missing; /);
    assert.match(first, /apt-get install gcc gcc-multilib make/);
    assert.match(output, /boot: swap test\n {2}boot: 1\.0\.1\n {2}tracker-fota 1\.0\.1 on/);
    assert.match(output, /\ndone: the tracker runs 1\.0\.1, confirmed\n$/);
  });
});
