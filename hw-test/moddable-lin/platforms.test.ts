import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { withTemporaryFolder } from "../../tools/command-line/temporary-folder.ts";
import { sdkEnvironment, sdkIsMissing, sensorLoop } from "./sdk.ts";

const skip = sdkIsMissing() ?? false;
const root = fileURLToPath(new URL("../../", import.meta.url));
const without = "nrf52 mac wasm win qca4020 pico pico/pico_w gecko x-lin x-cli-lin pebble".split(
  " ",
);

/** What mcconfig says of the example for a platform; it reads manifests, nothing is built. */
function saysFor(platform: string, out: string): { status: number | null; lines: string[] } {
  const args = ["-p", platform, "-t", "build", "-o", out, `${sensorLoop}/manifest.json`];
  const { status, stdout, stderr } = spawnSync("mcconfig", args, {
    cwd: root,
    // Any folder does for Zephyr as long as nothing is built.
    env: { ...sdkEnvironment(), ZEPHYR_BASE: out },
    encoding: "utf8",
  });
  return { status, lines: `${stdout}${stderr}`.split("\n").filter((line) => line !== "") };
}

describe("a platform without a port", { skip }, () => {
  for (const [name, platforms] of [
    ["no port of tracker-fota to this platform", without],
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

describe("the example on Zephyr", { skip }, () => {
  it("has the client and leaves out display, RTC and LittleFS (small.json)", async () => {
    await withTemporaryFolder("tracker-sdk-", async (out) => {
      const { status, lines } = saysFor("zephyr/nrf52840dk", out);
      assert.equal(status, 0, lines.join("\n"));
      const made = join(out, "tmp/zephyr/nrf52840dk/release/sensor-loop");
      const build = readFileSync(join(made, "CMakeLists.txt"), "utf8");
      for (const module of ["tracker-fota", "main", "setup/tracker"]) {
        assert.ok(build.includes(`/${module}.xsb`), module);
      }
      assert.doesNotMatch(build, /display\/zephyr\.xsb|zephyr-builtin\.xsb|storage\/files\.xsb/);
      const options = readFileSync(join(made, "zephyr.conf"), "utf8").split("\n");
      for (const name of ["DISPLAY", "RTC", "FILE_SYSTEM", "FILE_SYSTEM_LITTLEFS"]) {
        assert.ok(options.includes(`CONFIG_${name}=n`), name);
      }
      assert.ok(options.includes("CONFIG_BOOTLOADER_MCUBOOT=y"));
    });
  });
});
