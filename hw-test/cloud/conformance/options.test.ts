import assert from "node:assert/strict";
import { test } from "node:test";
import { parseOptions } from "./options.ts";

test("the local AWS is the default", () => {
  assert.deepEqual(parseOptions([]), { target: { name: "local" }, only: "", json: false });
  assert.deepEqual(parseOptions(["--target", "local", "--only", "notify", "--json"]), {
    target: { name: "local" },
    only: "notify",
    json: true,
  });
  assert.equal(parseOptions(["--help"]), undefined);
});

test("AWS itself is asked for by name, with a bucket", () => {
  const args = ["--target", "aws", "--bucket", "b", "--region", "r", "--role-arn", "a"];
  assert.deepEqual(parseOptions(args)?.target, {
    name: "aws",
    bucket: "b",
    region: "r",
    roleArn: "a",
  });
});

test("what cannot be meant is a usage error", () => {
  for (const [args, message] of [
    [["--target", "aws"], /needs --bucket/],
    [["--target", "azure"], /local or aws/],
    [["--bucket", "b"], /--bucket is for --target aws/],
    [["--role-arn", "a"], /--role-arn is for --target aws/],
    [["--no-such-option"], /no-such-option/],
    [["stray"], /stray/],
  ] as const) {
    assert.throws(() => parseOptions(args), { name: "UsageError", message });
  }
});
