import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { startLocalSide } from "./local-side.ts";
import type { Report, StepReport } from "./report.ts";
import { runFeatures } from "./run.ts";
import { projectFeature } from "./testing/project-feature.ts";
import { type Tampering, tampered } from "./testing/tampering.ts";

const document = projectFeature("seed/fota.feature.md");

test("the document that this project was made from is here as it came", () => {
  const hash = createHash("sha256").update(readFileSync(document)).digest("hex");
  assert.equal(hash, "aeec70e636fd09f90aded12d320059731498b655f9a283e591bbf01afe91c467");
});

test("it passes, with the features it needs", async () => {
  const report = await runFeatures([document], { startCloud: () => startLocalSide() });
  assert.deepEqual(failures(report), []);
  assert.equal(report.ok, true);
  assert.deepEqual(report.counts.features, { passed: 3, failed: 0, skipped: 0 });
  assert.deepEqual(report.counts.scenarios, { passed: 10, failed: 0, skipped: 0 });
  assert.deepEqual(report.counts.steps, { passed: 27, failed: 0, skipped: 0 });
});

async function runOn(tampering: Tampering): Promise<Report> {
  const startCloud = async () => tampered(await startLocalSide(), tampering);
  return runFeatures([document], { startCloud });
}

test("it passes through a proxy that leaves everything as it is", async () => {
  const report = await runOn({});
  assert.equal(report.ok, true);
});

test("it fails when starting a job does not bump its versionNumber", async () => {
  const report = await runOn({
    alters: (_path, body) => body.replace('"versionNumber":2', '"versionNumber":1'),
  });
  assert.equal(report.ok, false);
  const [failure, ...others] = failures(report);
  assert.deepEqual(others, []);
  assert.equal(failure?.title, "`awsSDK.res.execution` should match");
  assert.match(failure?.reason ?? "", /versionNumber: expected 2, found 1/);
  assert.equal(failure?.line, 94);
  // What comes after it did not run, and is not called passed.
  assert.equal(report.counts.scenarios.skipped, 2);
});

test("it fails when cancelling a job is taken but not done", async () => {
  const report = await runOn({
    swallows: (method, path) => method === "PUT" && path.includes("/cancel"),
  });
  assert.equal(report.ok, false);
  const [failure, ...others] = failures(report);
  assert.deepEqual(others, []);
  assert.match(failure?.reason ?? "", /status: expected "CANCELED", found "IN_PROGRESS"/);
  assert.equal(failure?.line, 125);
});

test("it fails when createJob answers with another id", async () => {
  const report = await runOn({ alters: (_path, body) => body.replace(/"jobId":"\w/, '"jobId":"') });
  assert.equal(report.ok, false);
  assert.match(failures(report)[0]?.reason ?? "", /awsSDK\.res\.jobId: expected/);
});

function failures(report: Report): StepReport[] {
  return report.features
    .flatMap(({ scenarios }) => scenarios)
    .flatMap(({ steps }) => steps)
    .filter(({ status }) => status === "failed");
}
