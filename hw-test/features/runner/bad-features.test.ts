import assert from "node:assert/strict";
import { basename } from "node:path";
import { test } from "node:test";
import { UsageError } from "../../../tools/command-line/usage-error.ts";
import { BadFeatures } from "./problem.ts";
import { runFeatures } from "./run.ts";
import { FeatureFolder } from "./testing/feature-folder.ts";

const folder = new FeatureFolder();

const goodStep = "Given I have a random UUID in `x`\n";

/** A feature with this JSON from line 8 on. */
function encoding(json: string): string {
  return `# A\n\n## S\n\nGiven I have this JSON-encoded in \`x\`\n\n\`\`\`json\n${json}\n\`\`\`\n`;
}

/** File by file: the text, and each problem as `line: words`. */
const cases: ReadonlyArray<readonly [string, string, readonly RegExp[]]> = [
  ["unknown step", "# A\n\n## S\n\nGiven I do magic\n", [/^5: unknown step: I do magic$/]],
  [
    "every unknown step is told",
    `# A\n\n## S\n\nGiven one\n\n${goodStep}\nThen two\n`,
    [/^5: unknown step: one$/, /^9: unknown step: two$/],
  ],
  [
    "unknown step under a rule",
    `# A\n\n## S\n\n${goodStep}\n## Rule: R\n\n### E\n\nGiven one\n`,
    [/^11: unknown step: one$/],
  ],
  [
    "missing need",
    `---\nneeds:\n  - Nowhere\n---\n\n# A\n\n## S\n\n${goodStep}`,
    [/^3: needs "Nowhere", which is neither given nor in/],
  ],
  [
    "needs that are no list",
    `---\nneeds: Nowhere\n---\n\n# A\n\n## S\n\n${goodStep}`,
    [/^1: Invalid run config/],
  ],
  ["needs itself", `---\nneeds: [A]\n---\n\n# A\n\n## S\n\n${goodStep}`, [/^1: Cyclic dependency/]],
  ["bad JSON", encoding('{\n  "a": 1,\n  "b" 2\n}'), [/^10: bad JSON: /]],
  ["JSON that stops", encoding('{\n  "a": 1,'), [/^9: bad JSON: /]],
  ["no JSONata", encoding(`{ "a": "\${a b}" }`), [/^5: \$\{a b\} is no JSONata expression: /]],
  [
    "a variant that is not there",
    `---\nvariants:\n  - a: 1\n  - b: 2\n---\n\n# A\n\n## S\n\nGiven I store \`<variant.b>\` into \`x\`\n`,
    [/^11: <variant\.b>: the front matter's variants have no such name$/],
  ],
  [
    "no JSONata in one of the variants",
    `---\nvariants:\n  - a: x\n  - a: x y\n---\n\n# A\n\n## S\n\nGiven I have this JSON-encoded in \`j\`\n\n\`\`\`json\n{ "a": "\${o.<variant.a>}" }\n\`\`\`\n`,
    [/^11: \$\{o\.x y\} is no JSONata expression: /],
  ],
  [
    "a title's placeholder without an example",
    `# A\n\n## S\n\nGiven I have a random UUID in \`\${name}\`\n`,
    [/^5: \$\{name\}: a title's placeholder needs a value in exampleContext$/],
  ],
  ["no feature", "Given something\n", [/^1: No feature found in source$/]],
  ["no scenario", "# A\n", [/^\d: Features must define at least one scenario/]],
  ["a scenario without steps", "# A\n\n## Later\n", [/^3: Must define at least 1 step!$/]],
  ["a step before any scenario", `# A\n\n${goodStep}`, [/^3: not a part of a feature/]],
  ["not a step", "# A\n\n## S\n\nOnce upon a time\n", [/^5: Unexpected step: Once/]],
  [
    "block without end",
    `# A\n\n## S\n\n${goodStep}\n\`\`\`json\n{}\n`,
    [/^7: block of code without end$/],
  ],
  ["front matter without end", "---\nneeds:\n\n# A\n", [/^1: front matter without end$/]],
  ["front matter that is no YAML", "---\nneeds: [a\n---\n\n# A\n", [/^3: /]],
];

for (const [name, text, wanted] of cases) {
  test(`bad feature: ${name}`, async () => {
    const path = folder.write(`${name.replaceAll(/\W/g, "-")}.feature.md`, text);
    const problems = await problemsOf([path]);
    const found = problems.map(({ line, reason }) => `${line}: ${reason}`);
    assert.equal(found.length, wanted.length, found.join("\n"));
    for (const [index, pattern] of wanted.entries()) assert.match(found[index] ?? "", pattern);
    for (const problem of problems) assert.equal(basename(problem.path), basename(path));
  });
}

test("two features of one title cannot be told apart by those who need them", async () => {
  const text = `# Same\n\n## S\n\n${goodStep}`;
  const paths = ["one.feature.md", "two.feature.md"].map((name) => folder.write(name, text));
  const problems = await problemsOf(paths);
  assert.deepEqual(
    problems.map(({ path }) => path),
    paths.slice(1),
  );
  assert.match(problems[0]?.reason ?? "", /one\.feature\.md has the same title/);
});

test("a file that is not there is a usage error", async () => {
  await assert.rejects(run(["no-such.feature.md"]), UsageError);
});

async function problemsOf(paths: readonly string[]): Promise<BadFeatures["problems"]> {
  const error: unknown = await run(paths).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof BadFeatures, String(error));
  return error.problems;
}

function run(paths: readonly string[]) {
  const startCloud = () => Promise.reject(new Error("a cloud was started for a bad feature"));
  return runFeatures(paths, { startCloud });
}
