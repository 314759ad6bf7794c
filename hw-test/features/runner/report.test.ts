import assert from "node:assert/strict";
import { test } from "node:test";
import { junitXml } from "./junit.ts";
import { startLocalSide } from "./local-side.ts";
import type { Report } from "./report.ts";
import { runFeatures } from "./run.ts";
import { FeatureFolder } from "./testing/feature-folder.ts";
import { reportText } from "./text.ts";

const folder = new FeatureFolder();
const uuid = "Given I have a random UUID in `x`\n";
const wrong = "Then `x` should equal `y`\n";

function feature(title: string, { matter = "", body = `## S\n\n${uuid}` }): string {
  return folder.write(`${title}.feature.md`, `${matter}# ${title}\n\n${body}`);
}

function needing(title: string): string {
  return `---\nneeds: [${title}]\n---\n\n`;
}

function run(paths: readonly string[]): Promise<Report> {
  return runFeatures(paths, { startCloud: () => startLocalSide() });
}

function statuses(report: Report): Record<string, string> {
  return Object.fromEntries(report.features.map(({ title, status }) => [title, status]));
}

test("what follows a failed step did not run, and is skipped", async () => {
  const body = `## One\n\n${uuid}\n${wrong}\n${uuid}\n## Two\n\n${uuid}`;
  const report = await run([feature("Failing", { body })]);
  assert.equal(report.ok, false);
  assert.deepEqual(report.counts, {
    features: { passed: 0, failed: 1, skipped: 0 },
    scenarios: { passed: 0, failed: 1, skipped: 1 },
    steps: { passed: 1, failed: 1, skipped: 2 },
  });
});

test("features that need a failed one are skipped, however far away it is", async () => {
  const first = feature("First", { body: `## S\n\n${uuid}\n${wrong}` });
  const second = feature("Second", { matter: needing("First") });
  const third = feature("Third", { matter: needing("Second") });
  const report = await run([third, second, first]);
  assert.deepEqual(statuses(report), { First: "failed", Second: "skipped", Third: "skipped" });
  const skipped = report.features.filter(({ title }) => title !== "First");
  for (const { scenarios } of skipped) {
    for (const scenario of scenarios) {
      assert.equal(scenario.status, "skipped");
      assert.ok(scenario.steps.every(({ status }) => status === "skipped"));
    }
  }
});

test("a feature that is told not to run is skipped, and alone does not make a pass", async () => {
  const never = feature("Never", { matter: "---\nrun: never\n---\n\n" });
  const dependent = feature("Dependent", { matter: needing("Never") });
  const report = await run([never, dependent]);
  assert.deepEqual(statuses(report), { Never: "skipped", Dependent: "skipped" });
  assert.equal(report.ok, false);
  const together = await run([never, feature("Good", {})]);
  assert.deepEqual(statuses(together), { Never: "skipped", Good: "passed" });
  assert.equal(together.ok, true);
});

test("scenarios under a rule run", async () => {
  const body = `## S\n\n${uuid}\n## Rule: R\n\n### E\n\n${uuid}\n${wrong}`;
  const report = await run([feature("Ruled", { body })]);
  assert.deepEqual(report.counts.scenarios, { passed: 1, failed: 1, skipped: 0 });
});

test("files of one name in two folders are two features", async () => {
  const one = feature("Twin", {});
  const other = new FeatureFolder().write(
    "Twin.feature.md",
    `# Other\n\n## S\n\n${uuid}\n${wrong}`,
  );
  assert.deepEqual(statuses(await run([one, other])), { Twin: "passed", Other: "failed" });
});

test("Windows line ends and spaces after a fence change nothing", async () => {
  const text = "# Windows\n\n## S\n\nGiven I have this JSON-encoded in `x`\n\n```json\n{}\n``` \n";
  const path = folder.write("windows.feature.md", text.replaceAll("\n", "\r\n"));
  assert.equal((await run([path])).ok, true);
});

test("the text says of each step how it went, and where it failed", async () => {
  const body = `## One\n\n${uuid}\n${wrong}\n## Two\n\n${uuid}`;
  const path = feature("Told", { body });
  const text = reportText(await run([path]), { colored: false });
  assert.match(text, /✓ +\d+\.\d\d s {2}Given I have a random UUID in `x`/);
  assert.match(text, /✗ +\d+\.\d\d s {2}Then `x` should equal `y`/);
  assert.ok(text.includes(`${path}:7: x: expected y, found "`), text);
  assert.match(text, /- Two: skipped/);
  assert.match(text, /^scenarios +0 passed, 1 failed, 1 skipped$/m);
  assert.match(text, /^NOT passed in \d/m);
});

test("JUnit's XML counts scenarios, and escapes what a feature may say", async () => {
  const body = `## "A" < B & C\n\n${uuid}\n${wrong}\n## Two\n\n${uuid}`;
  const matter = "---\nrun: never\n---\n\n";
  const paths = [feature("Xml", { body }), feature("Left out", { matter }), feature("Fine", {})];
  const xml = junitXml(await run(paths));
  assert.match(xml, /<testsuites tests="3" failures="1" skipped="1" /);
  assert.match(
    xml,
    /<testcase name="&quot;A&quot; &lt; B &amp; C" [^>]*>\s*<failure message="Then/,
  );
  assert.match(xml, /<testcase name="Two" [^>]*><skipped\/>/);
  assert.match(xml, /<testcase name="Left out" [^>]*><skipped\/>/);
  assert.match(xml, /<testcase name="S" [^>]*\/>/);
});
