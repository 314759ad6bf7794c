import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { HELP, parseOptions } from "./options.ts";
import type { Report } from "./report.ts";
import { FeatureFolder } from "./testing/feature-folder.ts";
import { projectFeature } from "./testing/project-feature.ts";

const folder = new FeatureFolder();
const main = fileURLToPath(new URL("main.ts", import.meta.url));

async function feature(...args: string[]) {
  const node = spawn(process.execPath, ["--import", "tsx", main, ...args]);
  const ended = new Promise<number | null>((resolve) => node.on("exit", resolve));
  const [code, out, err] = await Promise.all([ended, text(node.stdout), text(node.stderr)]);
  return { code, out, err };
}

test("the seed document passes: exit 0, a JSON object last, JUnit's XML in its file", async () => {
  const junit = folder.write("junit.xml", "");
  const seed = projectFeature("seed/fota.feature.md");
  const { code, out } = await feature(seed, "--json", "--junit", junit);
  assert.equal(code, 0, out);
  const report = JSON.parse(out.trimEnd().split("\n").at(-1) ?? "") as Report;
  assert.equal(report.ok, true);
  assert.deepEqual(report.counts.features, { passed: 3, failed: 0, skipped: 0 });
  assert.match(readFileSync(junit, "utf8"), /<testsuites tests="10" failures="0" skipped="0"/);
});

test("a feature that fails: exit 1", async () => {
  const body = "Given I have a random UUID in `x`\n\nThen `x` should equal `y`\n";
  const path = folder.write("failing.feature.md", `# Failing\n\n## S\n\n${body}`);
  const { code, out } = await feature(path);
  assert.equal(code, 1, out);
  assert.ok(out.includes(`${path}:7: x: expected y`), out);
});

test("a feature that cannot be run: exit 2, with file, line and reason", async () => {
  const path = folder.write("bad.feature.md", "# Bad\n\n## S\n\nGiven I do magic\n");
  const { code, out, err } = await feature(path);
  assert.equal(code, 2, err);
  assert.equal(out, "");
  assert.ok(err.includes(`${path}:5: unknown step: I do magic\n`), err);
});

test("nobody listening at --broker: exit 2, and nothing left running", async () => {
  const ca = folder.write("ca.pem", "");
  const path = folder.write(
    "fine.feature.md",
    "# Fine\n\n## S\n\nGiven I have a random UUID in `x`\n",
  );
  const { code, err } = await feature(path, "--broker", "mqtts://127.0.0.1:1", "--broker-ca", ca);
  assert.equal(code, 2, err);
  assert.match(err, /--broker 127\.0\.0\.1:1: .*ECONNREFUSED/);
});

const refusals: ReadonlyArray<readonly [string[], RegExp]> = [
  [[], /which features/],
  [["a.md", "--no-such"], /--no-such/],
  [["a.md", "--cloud", "moon"], /--cloud moon: local or aws/],
  [["a.md", "--cloud", "aws"], /needs --bucket/],
  [["a.md", "--bucket", "b"], /--bucket goes with --cloud aws/],
  [["a.md", "--cloud", "aws", "--bucket", "b", "--user-pool", "p"], /go together/],
  [["a.md", "--cloud", "aws", "--bucket", "b", "--broker", "mqtts://x"], /AWS's own broker/],
  [["a.md", "--broker-ca", "f"], /go with --broker/],
  [["a.md", "--board", "alpha"], /expected NAME=FILE/],
  [["a.md", "--board", "arm"], /one of linux, cortex-m, cortex-m-64mhz/],
  [["a.md", "--board", "alpha=nowhere.json"], /nowhere\.json/],
];

for (const [args, reason] of refusals) {
  test(`usage: ${args.join(" ")}`, () => {
    assert.throws(() => parseOptions(args), { name: "UsageError", message: reason });
  });
}

test("--help is help", () => {
  assert.equal(parseOptions(["--help"]), undefined);
  assert.match(HELP, /^Usage: npm run feature/);
});

const configs: ReadonlyArray<readonly [string, RegExp]> = [
  ["{", /JSON/],
  ["[]", /not a JSON object/],
  ["{}", /serialPort must be a path/],
  ['{"serialPort": "/dev/x", "baudRate": "fast"}', /baudRate must be a number/],
  ['{"serialPort": "/dev/x", "speed": 1}', /unknown field speed/],
  ['{"serialPort": "/dev/x", "commands": {"fly": ["a"]}}', /commands\.fly: known are flash/],
  ['{"serialPort": "/dev/x", "commands": {"flash": "nrfjprog"}}', /must be a list of words/],
];

for (const [contents, reason] of configs) {
  test(`a board's configuration is checked: ${contents}`, () => {
    const path = folder.write("board.json", contents);
    const args = ["a.md", "--board", `alpha=${path}`];
    assert.throws(() => parseOptions(args), { name: "UsageError", message: reason });
  });
}

test("what virtual trackers run on is chosen for all of them, beside real boards", () => {
  assert.equal(parseOptions(["a.md"])?.board, "linux");
  const path = folder.write(
    "real.json",
    '{"serialPort":"/dev/ttyACM0","commands":{"reset":["a"]}}',
  );
  const options = parseOptions(["a.md", "--board", "cortex-m", "--board", `alpha=${path}`]);
  assert.equal(options?.board, "cortex-m");
  assert.deepEqual([...(options?.boards.keys() ?? [])], ["alpha"]);
});

test("boards are known by their tracker's name", () => {
  const config = { serialPort: "/dev/ttyACM0", baudRate: 9600, commands: { reset: ["a", "b"] } };
  const path = folder.write("board.json", JSON.stringify(config));
  const options = parseOptions(["a.md", "--board", `alpha=${path}`]);
  assert.deepEqual(options?.boards, new Map([["alpha", config]]));
});
