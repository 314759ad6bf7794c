import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { type Ended, Folder } from "./testing/run-fota.ts";
import { StandingCloud } from "./testing/standing-cloud.ts";

const text = readFileSync(new URL("../../docs/fota.md", import.meta.url), "utf8");
const folder = new Folder();
const verbs = [
  ...["keygen", "pack", "inspect", "build", "flash", "monitor"],
  ...["cloud", "deploy", "watch", "pause", "resume", "abort", "rollback"],
];
let cloud: StandingCloud;
let isUp = false;

before(async () => {
  cloud = await StandingCloud.in(folder);
  const code = Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 13) % 256));
  writeFileSync(folder.file("app.bin"), code);
  writeFileSync(folder.file("app.js"), "trace('hello');\n");
});
after(async () => {
  await cloud.kill();
  folder.remove();
});

/** The cloud stays up for the verbs that follow, on ports of its own; they find it by its `env`. */
async function run(args: readonly string[]): Promise<Ended> {
  if (args[0] !== "cloud") return isUp ? cloud.fota(...args) : folder.fota(...args);
  assert.deepEqual(args.slice(-2), ["--out", cloud.out]);
  await cloud.start(...args.slice(1, -2));
  isUp = true;
  return { code: 0, output: "", errors: "" };
}

/** As a shell takes a line of docs/fota.md: words, some of them in double quotes. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

describe("docs/fota.md", () => {
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) =>
    block.trim().split("\n"),
  );
  const examples = blocks.map((line) => {
    const [command = "", exit = "0"] = line.split(" # exit ");
    return { command, code: Number(exit) };
  });

  it("has examples of every verb", () => {
    for (const verb of verbs) {
      assert.ok(
        examples.some(({ command }) => command.startsWith(`fota ${verb} `)),
        verb,
      );
    }
  });

  for (const { command, code } of examples) {
    it(`is right about: ${command}`, async () => {
      const [program, ...args] = words(command);
      assert.equal(program, "fota");
      const ended = await run(args);
      assert.equal(ended.code, code, `${ended.output}${ended.errors}`);
    });
  }

  for (const verb of verbs) {
    it(`tells of every option of fota ${verb}`, async () => {
      const { code, output } = await folder.fota(verb, "--help");
      assert.equal(code, 0);
      assert.match(output, /^Examples:\n {2}fota /m);
      assert.match(output, /^Exit codes: 0 .*, 1 .*, 2 /m);
      const start = text.indexOf(`## \`fota ${verb}`);
      const section = text.slice(start, text.indexOf("\n## ", start + 1) >>> 0);
      for (const [option] of output.matchAll(/^ {2}--[a-z-]+/gm)) {
        if (option.trim() === "--help") continue;
        assert.match(section, new RegExp(`${option.trim()}(?![a-z-])`), verb);
      }
    });
  }
});
