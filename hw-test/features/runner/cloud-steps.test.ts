import assert from "node:assert/strict";
import { test } from "node:test";
import { startLocalSide } from "./local-side.ts";
import { runFeatures } from "./run.ts";
import { FeatureFolder } from "./testing/feature-folder.ts";
import { reportText } from "./text.ts";

const folder = new FeatureFolder();

/** In the form of the documents of Nordic's asset tracker: the tracker has no name, text is in between. */
const connect = `# Connect a tracker

> As a user I can connect one

## The certificate

Given I generate a certificate for the tracker

## The connection

> A first connection may be refused, so it is expected to be tried again.

> See the developer guide.

Given I connect the tracker
`;

function after(steps: string): string {
  return `---\nneeds:\n  - Connect a tracker\n---\n\n# After it\n\n## S\n\n${steps}\n`;
}

async function run(steps: string): Promise<{ readonly ok: boolean; readonly text: string }> {
  const paths = [
    folder.write("connect.feature.md", connect),
    folder.write("after.feature.md", after(steps)),
  ];
  const report = await runFeatures(paths, {
    startCloud: () => startLocalSide(),
    timing: { soonMs: 500, stepMaxMs: 20_000 },
  });
  return { ok: report.ok, text: reportText(report, { colored: false }) };
}

test("a feature that needs a tracker without a name finds it", async () => {
  const { ok, text } = await run(
    "Given I store `tracker.default.id = tracker.id` into `same`\n\nThen `same` should equal true",
  );
  assert.ok(ok, text);
});

const passing: readonly (readonly [string, string])[] = [
  ["a text is no number", "Given I store `'7'` into `x`\n\nThen `x` should equal `7`"],
  ["a negative fraction", "Given I store `-1.5` into `x`\n\nThen `x` should equal -1.5"],
  [
    "a random float",
    "Given I store a random float between `-0.5` and `-0.25` into `x`\n\nThen `x >= -0.5 and x <= -0.25` should equal true",
  ],
  [
    "a random number below zero",
    "Given I store a random number between `-3` and `-3` into `x`\n\nThen `x` should equal -3",
  ],
  [
    "messages in their order",
    `Given the tracker is subscribed to the topic \`t\`

When the tracker publishes this message to the topic \`t\`

\`\`\`json
1
\`\`\`

And the tracker publishes this message to the topic \`t\`

\`\`\`json
2
\`\`\`

Then the tracker receives \`2\` messages on the topic \`t\` into \`list\`

And \`list\` should equal \`[1,2]\``,
  ],
];

for (const [name, steps] of passing) {
  test(`steps pass: ${name}`, async () => {
    const { ok, text } = await run(steps);
    assert.ok(ok, text);
  });
}

const failing: readonly (readonly [string, string, RegExp])[] = [
  [
    "the text true is not true",
    "Given I store `'true'` into `x`\n\nThen `x` should equal true",
    /x: expected true, found "true"/,
  ],
  [
    "the text 7 is not 7",
    "Given I store `'7'` into `x`\n\nThen `x` should equal 7",
    /x: expected 7, found "7"/,
  ],
  ["nothing to store", "Given I store `nowhere` into `x`", /nowhere has no value/],
  [
    "no number between",
    "Given I store a random float between `2` and `1` into `x`",
    /there is no number between 2 and 1/,
  ],
  ["what is no JSON", "Given I parse JSON-encoded `'{'` into `x`", /is no JSON/],
  [
    "a tracker that is not connected",
    "Given the `other` tracker is subscribed to the topic `t`",
    /no certificate for the other tracker/,
  ],
  [
    "what the shadow refuses",
    'When the tracker updates its reported state with\n\n```json\n"text"\n```',
    /the shadow refuses it: .*must be objects/,
  ],
];

for (const [name, steps, words] of failing) {
  test(`steps fail: ${name}`, async () => {
    const { ok, text } = await run(steps);
    assert.equal(ok, false);
    assert.match(text, words);
  });
}
