import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Random } from "../../hw-test/desk/random.ts";
import { exchangesMax, timeMaxMs } from "../../hw-test/model/download-bounds.ts";
import { DownloadRun, location } from "../../hw-test/model/download-run.ts";
import { HostileServer, type Whim, whims } from "../../hw-test/model/hostile-server.ts";
import { config } from "../config.ts";

const RUNS = 2000;

interface Case {
  readonly size: number;
  readonly ranges: number;
  readonly moods: readonly Whim[];
  /** Of ten connections, how many are refused or never made. */
  readonly refused: number;
  readonly asksChecksum: boolean;
  readonly isVouched: boolean;
  readonly seed: number;
}

/** A few at a time, so that a run of one kind, or two in turn, is drawn often. */
const few = fc.array(fc.constantFrom(...whims), { minLength: 1, maxLength: 4 });

/** With a few bytes in between, which begin each run of failures anew. */
function withBytes(moods: readonly Whim[]): readonly Whim[] {
  return [...moods.filter((whim) => !giving.includes(whim)), "drop", "drop", "part"];
}

const giving: readonly Whim[] = ["good", "closing", "whole", "drawl"];

const cases = fc.record<Case>({
  size: fc.integer({ min: 1, max: 6000 }),
  ranges: fc.integer({ min: 1, max: 4 }),
  moods: fc.oneof(few, few.map(withBytes)),
  refused: fc.constantFrom(0, 0, 0, 1, 5),
  asksChecksum: fc.boolean(),
  isVouched: fc.boolean(),
  seed: fc.integer(),
});

function run({ size, ranges, moods, refused, asksChecksum, isVouched, seed }: Case) {
  const random = new Random(seed);
  const file = random.bytes(size);
  const rangeBytes = Math.ceil(size / ranges);
  const ended = { code: "", ms: 0, unreached: 0 };
  const done = new DownloadRun({
    handler: new HostileServer(file, moods, random).reply,
    size,
    rangeBytes,
    asksChecksum,
    isVouched,
    connect: () => {
      if (random.below(10) >= refused) return "accept";
      ended.unreached += 1;
      return random.below(2) === 0 ? "refuse" : "ignore";
    },
    onEvent: (self, event) => {
      if (event === "url-expired") self.download.useFile(location);
      if (!/^(done|failed)/.test(event)) return;
      ended.code = event;
      ended.ms = self.clock.nowMs();
    },
  });
  done.download.start();
  done.server.run(30 * 24 * 3_600_000);
  if (ended.code === "done") assert.deepEqual(done.received, file);
  const bounded = { size, rangeBytes };
  return { done, ended, exchanges: exchangesMax(bounded), longestMs: timeMaxMs(bounded) };
}

describe("a hostile server", () => {
  it("whatever it does, has a bound to its requests, connections, redirects and time", () => {
    const codes = new Map<string, number>();
    let most = 0;
    fc.assert(
      fc.property(cases, (drawn) => {
        const { done, ended, exchanges, longestMs } = run(drawn);
        const { requests, connections, restarts } = done.download.counters;
        assert.notEqual(ended.code, "", "it has not ended");
        assert.ok(requests <= exchanges, `${requests} requests, ${exchanges} allowed`);
        const made = connections - ended.unreached;
        assert.ok(made <= exchanges, `${made} connections, ${exchanges} allowed`);
        const redirects = new Set(done.server.requests.map(({ path }) => path)).size - 1;
        assert.ok(redirects <= config.redirectTotalMax, `${redirects} redirects`);
        assert.ok(restarts <= config.restartMax + 1);
        const { connectTimeoutMs, unreachedBackoffMaxMs } = config;
        const awayMs = ended.unreached * (connectTimeoutMs + unreachedBackoffMaxMs);
        assert.ok(ended.ms <= longestMs + awayMs, `${ended.ms} ms`);
        assert.ok(done.deliveredBytes <= drawn.size * (config.restartMax + 1));
        done.assertIdle();
        codes.set(ended.code, (codes.get(ended.code) ?? 0) + 1);
        most = Math.max(most, requests / exchanges);
      }),
      { numRuns: RUNS },
    );
    for (const code of ["done", "failed DOWNLOAD_EXHAUSTED", "failed REDIRECT_REFUSED"]) {
      assert.ok((codes.get(code) ?? 0) > 10, `${code}: ${codes.get(code)} of ${RUNS}`);
    }
    assert.ok(most > 0.2, `at most ${most} of what is allowed`);
  });
});
