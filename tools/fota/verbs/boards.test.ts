import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { after, describe, it } from "node:test";
import { boards, engineIsMissing } from "../../../hw-test/trackers/boards.ts";
import {
  noPseudoTerminal,
  PseudoTerminal,
} from "../../../hw-test/trackers/serial/testing/pseudo-terminal.ts";
import { ended, Folder, ONE_LINE, PROGRAM } from "../testing/run-fota.ts";

const folder = new Folder();
after(() => folder.remove());

/** Why the dev kit is not there, or undefined. */
const noKit = await boards["cortex-m"].build().then(
  () => undefined,
  (error: Error) => error.message,
);

const seen = ["--until", "boot: 3.2.1", "--seconds", "120"];

describe("fota build, flash and monitor", { skip: engineIsMissing() ?? false }, () => {
  it("bring the client onto the virtual tracker, which starts it", async () => {
    const built = await folder.fota("build", "--board", "linux", "--version", "3.2.1", "--json");
    assert.equal(built.code, 0, built.errors);
    assert.equal(JSON.parse(built.output).hex, "3.2.1.hex");
    const given = ["3.2.1.hex", "--board", "linux", "--flash", "flash.bin"];
    const flashed = await folder.fota("flash", ...given);
    assert.equal(flashed.code, 0, flashed.errors);
    assert.match(flashed.output, /^[\d,]+ bytes to image-0 \(0x00010000\) of flash\.bin\n$/);
    const watch = ["--board", "linux", "--flash", "flash.bin", "--log", "log.txt", ...seen];
    const watched = await folder.fota("monitor", ...watch);
    assert.equal(watched.code, 0, watched.errors);
    const stamped = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z boot: swap none$/m;
    assert.match(watched.output, stamped);
    assert.equal(readFileSync(folder.file("log.txt"), "utf8"), watched.output);
  });

  it("start the same image on the dev kit", { skip: noKit ?? false }, async () => {
    const watch = ["--board", "cortex-m", "--flash", "flash.bin", ...seen];
    const { code, output, errors } = await folder.fota("monitor", ...watch);
    assert.equal(code, 0, `${output}${errors}`);
  });

  it("leave the rest of a flash alone", async () => {
    const flash = readFileSync(folder.file("flash.bin"));
    flash.fill(0x5a, 0xf8000, 0xf9000);
    writeFileSync(folder.file("flash.bin"), flash);
    const given = ["3.2.1.hex", "--board", "linux", "--flash", "flash.bin"];
    assert.equal((await folder.fota("flash", ...given)).code, 0);
    const after = readFileSync(folder.file("flash.bin"));
    assert.ok(after.subarray(0xf8000, 0xf9000).every((byte) => byte === 0x5a));
  });
});

describe("fota build and flash --dry-run", { concurrency: 3 }, () => {
  const nrf = ["app.hex", "--board", "nrf52840dk", "--dry-run"];
  for (const [args, lines] of [
    [
      ["build", "--board", "nrf52840dk", "--version", "1.0.0", "--dry-run"],
      [
        /^npx rollup -c \S+ --configFlavour native$/,
        /^mcconfig -m -p zephyr\/nrf52840dk examples\/sensor-loop\/manifest\.json version=1\.0\.0 trust=development=04[0-9a-f]{128}$/,
      ],
    ],
    [
      ["build", "--board", "cortex-m", "--version", "1.0.0", "--dry-run"],
      [
        /^make -s -C hw-test\/dev-kit$/,
        /^npx rollup -c --configVersion 1\.0\.0$/,
        /^npx fota pack /,
      ],
    ],
    [["flash", ...nrf], [/^nrfutil device program --firmware app\.hex --options \S+$/]],
    [
      ["flash", ...nrf, "--with", "openocd"],
      [/^openocd .* 'program \{app\.hex\} verify reset exit'$/],
    ],
    [
      ["flash", ...nrf, "--with", "west", "--build-dir", "a b"],
      [/^west flash --skip-rebuild --build-dir 'a b' --hex-file app\.hex$/],
    ],
    [
      ["flash", "app.bin", "--board", "esp32", "--port", "/dev/ttyUSB0", "--dry-run"],
      [/^esptool --chip esp32 --port \/dev\/ttyUSB0 --baud 460800 write_flash 0x10000 app\.bin$/],
    ],
  ] as const) {
    it(`prints the commands of ${args.join(" ")}`, async () => {
      const { code, output, errors } = await folder.fota(...args);
      assert.equal(code, 0, errors);
      const printed = output.trimEnd().split("\n");
      assert.equal(printed.length, lines.length, output);
      for (const [index, line] of lines.entries()) assert.match(printed[index] ?? "", line);
    });
  }

  for (const [args, code, message] of [
    [["build", "--version", "1.0.0"], 2, /'--board <NAME>' not specified/],
    [["build", "--board", "moon", "--version", "1.0.0"], 2, /--board moon: linux, /],
    [["build", "--board", "linux", "--version", "1", "--dry-run"], 2, /--version 1: /],
    [
      ["build", "--board", "linux", "--version", "1.0.0", "--key", "none.pem"],
      2,
      /--key none\.pem: /,
    ],
    [["flash", "app.hex", "--board", "linux"], 2, /--flash FILE is missing/],
    [["flash", ...nrf, "--with", "esptool"], 2, /this board has nrfutil, west, openocd/],
    [["flash", ...nrf, "--with", "west"], 2, /west needs --build-dir DIR/],
    [["flash", "app.hex", "--board", "esp32", "--port", "p", "--dry-run"], 2, /takes a \.bin file/],
    [["flash", "app.hex", "--board", "nrf52840dk"], 1, /^fota: nrfutil is not installed/],
    [["monitor"], 2, /either a PORT or --board/],
    [["monitor", "/dev/no-such-port"], 2, /\/dev\/no-such-port: /],
    [["monitor", "--board", "linux"], 2, /--board needs --flash FILE/],
    [["monitor", "--board", "linux", "--flash", "none.bin"], 2, /no such flash image/],
    [["monitor", "p", "--log", "no/such/log"], 2, /--log no\/such\/log: ENOENT/],
    [["nonsense"], 2, /Unknown command 'nonsense'/],
    [[], 2, /fota --help lists the verbs/],
  ] as const) {
    it(`says what is wrong with ${args.join(" ")} and exits with ${code}`, async () => {
      const found = await folder.fota(...args);
      assert.equal(found.code, code, found.errors);
      assert.equal(found.output, "");
      assert.match(found.errors, ONE_LINE);
      assert.match(found.errors, message);
    });
  }
});

describe("fota monitor on a serial port", { skip: noPseudoTerminal }, () => {
  it("stamps each line, keeps escapes out, and ends with 0 on Ctrl-C", async () => {
    const terminal = await PseudoTerminal.open();
    try {
      const args = ["monitor", terminal.path, "--log", "serial.txt", "--json"];
      const child = spawn(process.execPath, [PROGRAM, ...args], { cwd: folder.path });
      const done = ended(child);
      // What is written before the port is open may be lost: it is said until it was heard.
      const speaking = setInterval(() => terminal.write("hello \u001b[31mred\r\nhalf"), 100);
      await once(child.stdout, "data");
      clearInterval(speaking);
      child.kill("SIGINT");
      const { code, output, errors } = await done;
      assert.equal(code, 0, errors);
      const first = JSON.parse(output.split("\n")[0] ?? "");
      assert.match(first.text, /hello \?\[31mred$/);
      assert.ok(Math.abs(Date.parse(first.at) - Date.now()) < 60_000);
      assert.equal(readFileSync(folder.file("serial.txt"), "utf8"), output);
    } finally {
      await terminal.close();
    }
  });

  it("ends with 1 when what it waits for does not come", async () => {
    const terminal = await PseudoTerminal.open();
    try {
      const args = [terminal.path, "--until", "never", "--seconds", "1"];
      const { code, errors } = await folder.fota("monitor", ...args);
      assert.equal(code, 1);
      assert.equal(errors, 'fota: no line with "never" in 1 s\n');
    } finally {
      await terminal.close();
    }
  });
});
