import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { whyRefused } from "../jobs/way-back.ts";
import { Folder, ONE_LINE } from "../testing/run-fota.ts";

const folder = new Folder();

before(async () => {
  folder.write("app.bin", Buffer.alloc(3000, 0x5a));
  const place = ["--location", "s3://fota-bucket/new/"];
  const made = await folder.fota("pack", "app.bin", "--version", "1.0.1", ...place, "--packed");
  assert.equal(made.code, 0, made.errors);
});
after(() => folder.remove());

describe("fota deploy", () => {
  it("prints the AWS calls of --dry-run as lines for a shell, and makes none", async () => {
    const order = ["--group", "it", "--rate", "7", "--retry", "FAILED:2", "--job-id", "j"];
    const more = ["--start", "2030-01-31T03:00", "--window", "cron(0 2 ? * SUN *)"];
    const args = [
      ...order,
      ...more,
      "--window-minutes",
      "60",
      "--continuous",
      "--dry-run",
      "--json",
    ];
    const { code, output, errors } = await folder.fota("deploy", "1.0.1.hex", ...args);
    assert.equal(code, 0, errors);
    const commands: string[] = JSON.parse(output).commands;
    assert.equal(
      commands[0],
      "aws s3 cp 1.0.1.hex s3://fota-bucket/new/1.0.1.hex --content-type text/x-hex",
    );
    assert.match(
      commands[1] ?? "",
      /^aws s3 cp \S+ s3:\/\/fota-bucket\/new\/\S+ --content-type \S+$/,
    );
    const create = commands.at(-1) ?? "";
    for (const part of [
      "--job-id j ",
      "--target-selection CONTINUOUS",
      `--job-executions-rollout-config '{"maximumPerMinute":7}'`,
      `--job-executions-retry-config '{"criteriaList":[{"failureType":"FAILED","numberOfRetries":2}]}'`,
      '"startTime":"2030-01-31T03:00"',
      '"maintenanceWindows":[{"startTime":"cron(0 2 ? * SUN *)","durationInMinutes":60}]',
      "--document file://1.0.1.job.json",
      '--targets "$(aws iot describe-thing-group --thing-group-name it ',
    ]) {
      assert.ok(create.includes(part), `${part} in ${create}`);
    }
  });

  it("sends nothing that is not what its job document says", async () => {
    const hex = readFileSync(folder.file("1.0.1.hex"), "utf8");
    const job = readFileSync(folder.file("1.0.1.job.json"), "utf8");
    folder.write("2.0.0.job.json", job);
    folder.write("2.0.0.hex", hex.slice(0, -2));
    const short = await folder.fota("deploy", "2.0.0.hex", "--thing", "t", "--dry-run");
    assert.match(short.errors, /its job document says/);
    folder.write("2.0.0.job.json", job.replace(/"sha256": "../, '"sha256": "00'));
    folder.write("2.0.0.hex", hex);
    const changed = await folder.fota("deploy", "2.0.0.hex", "--thing", "t", "--dry-run");
    assert.match(changed.errors, /its SHA-256 is not that of its job document/);
    assert.deepEqual([short.code, changed.code], [2, 2]);
  });

  for (const [args, code, message] of [
    [["none.hex", "--thing", "t"], 2, /none\.job\.json is not there: fota pack makes it/],
    [["app.bin", "--thing", "t"], 2, /VERSION\.hex or VERSION\.job\.json/],
    [["1.0.1.hex"], 2, /for whom\?/],
    [["1.0.1.hex", "--thing", "a b"], 2, /--thing a b: /],
    [["1.0.1.hex", "--thing", "t", "--abort", "FAILED:101:5"], 2, /FAILED:20:5/],
    [["1.0.1.hex", "--thing", "t", "--rate", "1001"], 2, /1 to 1000/],
    [["1.0.1.hex", "--thing", "t", "--base-rate", "5"], 2, /--base-rate needs --increase-after/],
    [["1.0.1.hex", "--thing", "t", "--window", "cron(0 2 ? * SUN *)"], 2, /need each other/],
    [["1.0.1.hex", "--thing", "t", "--at-end", "CANCEL"], 2, /--at-end needs --end/],
    [["1.0.1.hex", "--thing", "t", "--ca", "no.pem"], 2, /--ca no\.pem: /],
    [["1.0.1.hex", "--thing", "t", "--endpoint", "127.0.0.1:1"], 1, /thing t: ECONNREFUSED/],
  ] as const) {
    it(`says what is wrong with ${args.join(" ")} and exits with ${code}`, async () => {
      const region = code === 1 ? ["--region", "eu-west-1"] : [];
      process.env["AWS_ACCESS_KEY_ID"] ??= "x";
      process.env["AWS_SECRET_ACCESS_KEY"] ??= "x";
      const found = await folder.fota("deploy", ...args, ...region);
      assert.equal(found.code, code, found.errors);
      assert.match(found.errors, ONE_LINE);
      assert.match(found.errors, message);
    });
  }
});

describe("fota rollback", () => {
  it("refuses the way back that the tracker's own admission refuses", () => {
    const taken = { version: "1.1.0", securityCounter: 2, hardware: "a" };
    const back = { version: "1.0.0", securityCounter: 2, hardware: "a" };
    assert.match(whyRefused(taken, back, false) ?? "", /VERSION_DOWNGRADE/);
    assert.equal(whyRefused(taken, back, true), undefined);
    assert.equal(whyRefused(taken, { ...back, version: "1.2.0" }, false), undefined);
    const older = { ...back, securityCounter: 1 };
    assert.match(whyRefused(taken, older, true) ?? "", /SECURITY_COUNTER/);
    assert.equal(whyRefused(taken, { ...back, securityCounter: 3 }, true), undefined);
    assert.match(whyRefused(taken, { ...back, hardware: undefined }, true) ?? "", /hardware/);
  });
});
