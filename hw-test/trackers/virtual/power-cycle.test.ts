import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { encodeFrame, LinkError } from "./link.ts";
import { type CycleEnd, PowerCycle } from "./power-cycle.ts";

const folder = mkdtempSync(join(tmpdir(), "power-cycle-"));
after(() => rmSync(folder, { recursive: true }));
let programs = 0;

interface Outcome {
  readonly end: CycleEnd;
  readonly detail: string;
  readonly lines: string[];
  readonly frames: string[];
}

/** Runs a script of Node's in place of the board; `link` is its descriptor 3. */
async function run(script: string, onCycle: (cycle: PowerCycle) => void = () => {}) {
  const program = join(folder, `board-${programs++}`);
  const head = 'const net = require("net"); const link = new net.Socket({ fd: 3 });';
  writeFileSync(program, `#!${process.execPath}\n${head}\n${script}`, { mode: 0o755 });
  return runProgram(program, onCycle);
}

function runProgram(program: string, onCycle: (cycle: PowerCycle) => void): Promise<Outcome> {
  const lines: string[] = [];
  const frames: string[] = [];
  return new Promise((resolve) => {
    const cycle = new PowerCycle({
      program,
      flashPath: "flash.bin",
      resetCause: "pin",
      arguments: ["--seed", "7"],
      onFrame: ({ name }) => {
        if (name === "OPEN") throw new LinkError("no sockets here");
        frames.push(name);
      },
      onLine: (text) => {
        lines.push(text);
        onCycle(cycle);
      },
      onEnd: (end, detail) => resolve({ end, detail, lines, frames }),
    });
  });
}

describe("PowerCycle", () => {
  it("starts the board with its arguments and gives the console line by line", async () => {
    const script = `
      process.stdout.write(process.argv.slice(2).join(" ") + "\\nhalf ");
      setTimeout(() => {
        process.stdout.write("a line\\nrest");
        process.exitCode = 64;
        link.destroy();
      }, 5);`;
    const { end, lines } = await run(script);
    assert.deepEqual(lines, ["run flash.bin --reset-cause pin --seed 7", "half a line", "rest"]);
    assert.equal(end, "software");
  });

  it("cuts lines that are too long", async () => {
    const { lines } = await run(`process.stdout.write("x".repeat(10000)); link.destroy();`);
    assert.equal(lines.join("").length, 10_000);
    assert.ok(lines.every((line) => line.length <= 4096));
  });

  const exits: [number, CycleEnd][] = [
    [0, "stopped"],
    [64, "software"],
    [65, "out-of-memory"],
    [66, "exception"],
    [67, "watchdog"],
    [68, "stack-overflow"],
    [69, "power-cut"],
    [70, "no-image"],
    [71, "link-lost"],
    [2, "failed"],
  ];
  it("knows every exit code", async () => {
    const outcomes = exits.map(([code]) => run(`process.exit(${code});`));
    const ends = (await Promise.all(outcomes)).map(({ end }) => end);
    assert.deepEqual(
      ends,
      exits.map(([, end]) => end),
    );
  });

  it("says what the board said when it failed", async () => {
    const { end, detail } = await run(`console.error("SANITIZER"); process.exit(99);`);
    assert.deepEqual([end, detail], ["failed", "exit code 99 SANITIZER\n".trim()]);
  });

  it("hands over frames until one breaks the protocol, then ends the board", async () => {
    const good = encodeFrame({ name: "CLOSE", channel: 1 }).toString("hex");
    const bad = encodeFrame({ name: "OPEN", channel: 1 }).toString("hex");
    const write = (hex: string) => `link.write(Buffer.from("${hex}", "hex"));`;
    const forever = "setInterval(() => {}, 1000);";
    const { end, detail, frames } = await run(write(good) + write(bad) + forever);
    assert.deepEqual([end, detail, frames], ["failed", "no sockets here", ["CLOSE"]]);
    const unknown = await run(write("77000000") + forever);
    assert.deepEqual([unknown.end, unknown.detail], ["failed", "frame type 119"]);
  });

  it("sends frames, and asks to stop", async () => {
    const script = `
      link.on("data", (bytes) => {
        process.stdout.write(bytes.toString("hex") + "\\n", () => process.exit(0));
      });
      process.stdout.write("ready\\n");`;
    let asked = false;
    const { end, lines } = await run(script, (cycle) => {
      if (!asked) cycle.requestStop();
      asked = true;
    });
    assert.deepEqual([end, lines], ["stopped", ["ready", "92000000"]]);
  });

  it("calls a kill a power cut, and a missing program a failure", async () => {
    const killed = await run(`console.log("up"); setInterval(() => {}, 1000);`, (cycle) => {
      void cycle.kill();
    });
    assert.equal(killed.end, "power-cut");
    const missing = await runProgram(join(folder, "none"), () => {});
    assert.equal(missing.end, "failed");
    assert.match(missing.detail, /ENOENT/);
  });
});
