import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { UsageError } from "../../tools/command-line/usage-error.ts";
import { engineIsMissing } from "../board/program.ts";
import { BrokenInvariant } from "../desk/broken-invariant.ts";
import { cleanPlan } from "../desk/plan.ts";
import { digestOf, runPlan } from "./campaign.ts";
import { campaigns } from "./campaigns.ts";
import { checkInvariants } from "./invariants.ts";
import { parseOptions } from "./options.ts";
import type { Outcome } from "./outcome.ts";
import { parsePlan, planText } from "./plan-text.ts";
import { runShard } from "./run-shard.ts";

/** Cases of each campaign, drawn by a fixed seed. */
const SAMPLE = 80;
const SEED = 11;

describe("campaigns", () => {
  for (const campaign of campaigns) {
    // Messages are for the client on XS.
    const skip = campaign.name === "messages" ? (engineIsMissing() ?? false) : false;
    it(`${campaign.name}: a sample holds`, { skip }, async () => {
      const shard = { index: 0, count: 1 };
      const tally = await runShard(campaign, { seed: SEED, limit: SAMPLE, shard });
      assert.deepEqual(tally.failures, []);
      assert.ok(tally.cases >= SAMPLE, `${tally.cases} cases`);
      if (campaign.name === "power") assert.ok(tally.cuts > 70 && tally.states.size > 40);
    });
  }

  it("run the same again for the same plan, and otherwise for another seed", () => {
    const plan = parsePlan("map=p512w4 rough=1 cut=9i mqtt=up:4:lose seed=5");
    assert.equal(digestOf(runPlan(plan)), digestOf(runPlan(plan)));
    assert.notEqual(digestOf(runPlan({ ...plan, seed: 6 })), digestOf(runPlan(plan)));
  });

  it("share their cases out to processes without leaving one out", () => {
    for (const campaign of campaigns.filter(({ name }) => name !== "input")) {
      const names = (count: number): string[] =>
        Array.from({ length: count }, (_, index) => ({ index, count })).flatMap((shard) =>
          [...campaign.cases({ seed: SEED, limit: 21, shard })].map(({ name }) => name),
        );
      assert.deepEqual(names(2).sort(), names(1).sort());
    }
  });
});

describe("plans", () => {
  it("are their own names", () => {
    const text =
      "map=nrf9160 image=crash way=patch seed=7 rough=1 order=pages cut=17i cut=4b mqtt=up:3:lose " +
      "file=1:200:stall http=2:whole:3 down=files:refuse:1:60 do=cancel:op:4 bit=flip:2:17";
    assert.equal(planText(parsePlan(text)), text);
    assert.equal(planText(cleanPlan), "map=p512w4");
  });

  it("are refused when a word makes no sense", () => {
    for (const text of ["cut=17x", "image=odd", "mqtt=up:1", "do=cancel:moon:1", "maps=1", "cut"]) {
      assert.throws(() => parsePlan(text), RangeError, text);
    }
    assert.throws(() => runPlan(parsePlan("map=none")), RangeError);
  });
});

describe("invariants", () => {
  const clean = runPlan(cleanPlan);
  const [job] = clean.jobs;
  assert.ok(job !== undefined);
  const failed = { ...job, status: "FAILED", details: { reason: "REVERTED" } };
  const old = { version: "1.0.0", flavour: "good" } as const;
  const broken: readonly (readonly [string, Partial<Outcome>])[] = [
    ["a SUCCEEDED job whose image does not run", { running: old }],
    ["a FAILED job whose image runs", { jobs: [failed] }],
    ["a good image that is reverted", { jobs: [failed], running: old }],
    ["a shadow of another image", { shadow: { version: "1.0.0", image: "" } }],
    ["a shadow that was given up without need", { shadow: undefined }],
    ["a job that nobody took away", { jobs: [{ ...job, status: "CANCELED" }] }],
    ["a client that tries for ever", { attemptsAfterFaults: 17 }],
    ["resets without need", { resetsAfterFaults: 3 }],
    ["a page erased twice", { erasesMax: 2 }],
    ["the file fetched twice", { deliveredBytes: 2 * clean.hexBytes }],
    ["a download that goes on without a job", { deliveredInVain: 60_001 }],
    ["a signature in the log", { log: ["GET /f?X-Amz-Signature=1"] }],
    ["a signature in the job", { jobs: [{ ...job, details: { detail: "5ec2e7" } }] }],
  ];

  it("hold for a clean run", () => checkInvariants(cleanPlan, clean));
  for (const [what, change] of broken) {
    it(`do not hold for ${what}`, () => {
      const outcome = { ...clean, ...change };
      assert.throws(() => checkInvariants(cleanPlan, outcome), BrokenInvariant);
    });
  }
});

describe("npm run campaign", () => {
  it("refuses what it does not know, in one line", () => {
    const bad = [
      ["tides"],
      ["power", "link"],
      ["--cases", "0"],
      ["--seed", "x"],
      ["--on", "mars"],
      ["--frob"],
      ["all", "--case", "map=p512w4"],
    ];
    for (const args of bad) assert.throws(() => parseOptions(args), UsageError, args.join(" "));
    assert.equal(parseOptions(["--help"]), undefined);
    assert.equal(parseOptions([])?.on, "both");
    assert.equal(parseOptions(["torn"])?.on, "model");
  });

  it("exits 0, 1 and 2, and prints one JSON object last", () => {
    const good = command("power", "--case", "map=p512w4 cut=9i", "--json");
    assert.equal(good.status, 0);
    const last = JSON.parse(good.stdout.trim().split("\n").at(-1) ?? "");
    assert.equal(last.campaigns[0].cuts, 1);
    assert.deepEqual(last.failures, []);
    const usage = command("power", "--case", "cut=9x");
    assert.equal(usage.status, 2);
    assert.equal(usage.stderr.trim().split("\n").length, 1);
  });
});

function command(...args: readonly string[]): {
  status: number | null;
  stdout: string;
  stderr: string;
} {
  const script = fileURLToPath(new URL("./main.ts", import.meta.url));
  return spawnSync(process.execPath, [...process.execArgv, script, ...args], { encoding: "utf8" });
}
