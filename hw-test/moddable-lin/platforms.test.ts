import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { withTemporaryFolder } from "../../tools/command-line/temporary-folder.ts";
import { sdkEnvironment, sdkIsMissing, sensorLoop } from "./sdk.ts";

const skip = sdkIsMissing() ?? false;
const root = fileURLToPath(new URL("../../", import.meta.url));
const without = "nrf52 mac wasm win qca4020 pico pico/pico_w gecko x-lin x-cli-lin pebble".split(
  " ",
);

/** What mcconfig says of the example for a platform; nothing is built. */
function saysFor(platform: string, out: string): { status: number | null; lines: string[] } {
  const manifest = `${sensorLoop}/manifest.json`;
  const args = ["-m", "-p", platform, "-t", "build", "-o", out, manifest];
  const { status, stdout, stderr } = spawnSync("mcconfig", args, {
    cwd: root,
    env: sdkEnvironment(),
    encoding: "utf8",
  });
  return { status, lines: `${stdout}${stderr}`.split("\n").filter((line) => line !== "") };
}

describe("a platform without a port", { skip }, () => {
  for (const [name, platforms] of [
    ["no port of tracker-fota to this platform", without],
    ["ESP32: ", ["esp32", "esp32/nodemcu"]],
  ] as const) {
    it(`is refused in one sentence: ${name}`, async () => {
      await withTemporaryFolder("tracker-sdk-", async (out) => {
        for (const platform of platforms) {
          const { status, lines } = saysFor(platform, out);
          assert.notEqual(status, 0, platform);
          assert.equal(lines.length, 2, `${platform}: ${lines.join("\n")}`);
          assert.ok(lines[0]?.includes(name), `${platform}: ${lines[0]}`);
          assert.match(lines[1] ?? "", /incompatible platform/);
        }
      });
    });
  }
});
