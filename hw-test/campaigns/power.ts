import { trackerMaps } from "../desk/geometries.ts";
import type { Flavour } from "../desk/images.ts";
import { cleanPlan, type Plan } from "../desk/plan.ts";
import type { Cut } from "../desk/power-supply.ts";
import { Random } from "../desk/random.ts";
import {
  type Campaign,
  type Case,
  planCase,
  resultOf,
  runPlan,
  type Scope,
  shardOf,
} from "./campaign.ts";
import { parsePlan } from "./plan-text.ts";

const allWhens = ["before", "inside", "after"] as const;
/** Second cuts on the real map, and cuts in a row there and elsewhere, are drawn by the seed. */
const SAMPLED = Object.freeze({
  nrf9160Pairs: 300,
  crashPairs: 3000,
  packedPairs: 3000,
  triples: 1000,
});

interface Base {
  readonly map: string;
  readonly boot?: Plan["boot"];
  readonly image: Flavour;
  readonly order: Plan["order"];
  readonly way: Plan["way"];
}

function planOf(base: Base, cuts: readonly Cut[], seed = 1): Plan {
  return { ...cleanPlan, ...base, cuts, seed };
}

/** Every geometry with an image that stays and one that is reverted. */
function bases(): Base[] {
  const images: readonly Flavour[] = ["good", "crash"];
  const order = "rising";
  const all = trackerMaps.flatMap(({ name }) =>
    (["hex", "patch"] as const).flatMap((way) =>
      images.map((image) => ({ map: name, image, order, way })),
    ),
  );
  const special: Base[] = [
    ...espIdfBases(),
    { ...tiny, order: "pages" },
    { ...tiny, image: "sick" },
    { ...tiny, way: "packed" },
  ];
  return [...all, ...special] as Base[];
}

/** ESP-IDF's partitions: an image that stays, and those that do not; its flash is erased to 0xFF. */
function espIdfBases(): Base[] {
  const images: readonly Flavour[] = ["good", "crash", "sick"];
  const maps = ["p512w4", "p512w1", "p2048w16", "nrf9160"];
  return maps.flatMap((map) =>
    (["hex", "patch"] as const).flatMap((way) =>
      images.map((image) => ({
        map,
        boot: "esp-idf" as const,
        image,
        order: "rising" as const,
        way,
      })),
    ),
  );
}

/** A cut before, inside and after every operation of the clean run. */
export function singleCuts(base: Base): Plan[] {
  const { operations } = runPlan(planOf(base, []));
  return everyCut(operations).map((cut) => planOf(base, [cut]));
}

function everyCut(operations: number, whens: readonly Cut["when"][] = allWhens): Cut[] {
  const numbers = Array.from({ length: operations }, (_, index) => index + 1);
  return numbers.flatMap((operation) => whens.map((when) => ({ operation, when })));
}

/** Every first cut, and with it every second one in what is left of the run. */
function* allPairs(base: Base, scope: Scope): Generator<Case> {
  for (const first of shardOf(singleCuts(base), scope)) {
    const single = planCase(first);
    let operations = 0;
    yield {
      name: single.name,
      run: () => {
        const outcome = runPlan(first);
        operations = outcome.operationsAfterCut;
        return resultOf(outcome);
      },
    };
    for (const second of everyCut(operations)) {
      yield planCase({ ...first, cuts: [...first.cuts, second] });
    }
  }
}

/** Cuts in a row, each drawn from what a run has at most. */
function sampledCuts(base: Base, count: number, random: Random, cutCount: number): Plan[] {
  const { operations } = runPlan(planOf(base, []));
  return Array.from({ length: count }, () => {
    const cuts = Array.from({ length: cutCount }, () => ({
      operation: 1 + random.below(operations),
      when: random.pick(allWhens),
    }));
    return planOf(base, cuts);
  });
}

const tiny: Base = { map: "p512w4", image: "good", order: "rising", way: "hex" };
const tinyCrash: Base = { ...tiny, image: "crash" };
const tinyPatch: Base = { ...tiny, way: "patch" };
const tinyPacked: Base = { ...tiny, way: "packed" };
const tinyOta: Base = { ...tiny, boot: "esp-idf" };
const tinyOtaCrash: Base = { ...tinyOta, image: "crash" };
const real: Base = { ...tiny, map: "nrf9160" };
const realPatch: Base = { ...real, way: "patch" };

function sampledPlans({ seed }: Scope): Plan[] {
  const random = new Random(seed ^ 0x9041e5);
  return [
    ...sampledCuts(real, SAMPLED.nrf9160Pairs, random, 2),
    ...sampledCuts(realPatch, SAMPLED.nrf9160Pairs, random, 2),
    ...sampledCuts(tinyPacked, SAMPLED.packedPairs, random, 2),
    ...sampledCuts(tinyCrash, SAMPLED.crashPairs, random, 2),
    ...sampledCuts(tinyCrash, SAMPLED.triples, random, 3),
  ];
}

function* powerCases(scope: Scope): Generator<Case> {
  if (scope.limit !== undefined) {
    const random = new Random(scope.seed);
    const plans = [...bases().flatMap(singleCuts), ...sampledPlans(scope)];
    yield* shardOf(random.shuffled(plans).slice(0, scope.limit), scope).map(planCase);
    return;
  }
  yield* shardOf(bases().flatMap(singleCuts), scope).map(planCase);
  yield* allPairs(tiny, scope);
  yield* allPairs(tinyPatch, scope);
  yield* allPairs(tinyOta, scope);
  yield* allPairs(tinyOtaCrash, scope);
  yield* shardOf(sampledPlans(scope), scope).map(planCase);
}

export const powerCampaign: Campaign = {
  name: "power",
  about: "power cut before, inside and after every flash and store operation, and again after that",
  cases: powerCases,
  caseOf: (name) => planCase(parsePlan(name)),
};

/** How often each torn operation is torn in another way. */
const TORN_SEEDS = 6;

/** Cuts inside every operation that leave anything that NOR can be left with. */
function* tornCases(scope: Scope): Generator<Case> {
  const random = new Random(scope.seed ^ 0x7022);
  const plans = bases().flatMap((base) => {
    const { operations } = runPlan(planOf(base, []));
    const seeds = base.map === "nrf9160" ? 1 : TORN_SEEDS;
    return Array.from({ length: seeds }).flatMap(() =>
      everyCut(operations, ["inside"]).map((cut) => ({
        ...planOf(base, [cut], 1 + random.below(1e6)),
        rough: true,
      })),
    );
  });
  const pairs = [tiny, tinyCrash, tinyPatch, tinyOta, tinyOtaCrash].flatMap((base) =>
    sampledCuts(base, 2500, random, 2),
  );
  const rough = pairs.map((plan) => ({
    ...plan,
    cuts: plan.cuts.map(({ operation }) => ({ operation, when: "inside" as const })),
    seed: 1 + random.below(1e6),
    rough: true,
  }));
  const all = [...plans, ...rough];
  const picked = scope.limit === undefined ? all : random.shuffled(all).slice(0, scope.limit);
  yield* shardOf(picked, scope).map(planCase);
}

export const tornCampaign: Campaign = {
  name: "torn",
  about: "operations torn at any bit: half-erased pages, half-written words, again and again",
  cases: tornCases,
  caseOf: powerCampaign.caseOf,
};
