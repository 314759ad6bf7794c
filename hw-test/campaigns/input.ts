import type { Campaign, Case, Scope } from "./campaign.ts";
import { bspatchIsMissing } from "./input/bspatch.ts";
import { documentFuzzer } from "./input/document-fuzzer.ts";
import { batch, type Fuzzer } from "./input/fuzzer.ts";
import { hexFuzzer } from "./input/hex-fuzzer.ts";
import { httpFuzzer } from "./input/http-fuzzer.ts";
import { mqttFuzzer } from "./input/mqtt-fuzzer.ts";
import { patchFuzzer } from "./input/patch-fuzzer.ts";

const fuzzers: readonly Fuzzer[] = [hexFuzzer, documentFuzzer, mqttFuzzer, httpFuzzer, patchFuzzer];
const BATCH = 500;

/** With a limit, each kind of input gets its share. */
function* inputCases({ seed, limit, shard }: Scope): Generator<Case> {
  for (const fuzzer of fuzzers) {
    const total = limit === undefined ? fuzzer.count : Math.ceil(limit / fuzzers.length);
    for (let first = shard.index * BATCH; first < total; first += shard.count * BATCH) {
      yield batch(fuzzer, { first, count: Math.min(BATCH, total - first) }, seed);
    }
  }
}

export const inputCampaign: Campaign = {
  name: "input",
  about: "damaged HEX files, patches, job documents, MQTT packets and HTTP heads, against oracles",
  cases: inputCases,
  missing: bspatchIsMissing,
  caseOf: (name, seed) => {
    const [, kind = "", first = "", count = ""] = /^(\w+) (\d+)\+(\d+)$/.exec(name) ?? [];
    const fuzzer = fuzzers.find((one) => one.name === kind);
    if (fuzzer === undefined) throw new RangeError(`${name}: as in "hex 12345+1"`);
    return batch(fuzzer, { first: Number(first), count: Number(count) }, seed);
  },
};
