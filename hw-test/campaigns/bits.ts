import { bitKinds, cleanPlan, type Plan } from "./plan.ts";
import { planCampaign } from "./plan-campaign.ts";
import type { Random } from "./random.ts";
import { trackerMaps } from "./world/geometries.ts";

const SAMPLED = 300;

/** Each page of each map, at a few of its bytes, each kind of damage. */
function pagePlans(): Plan[] {
  return trackerMaps.flatMap(({ name: map, slot }) => {
    const pages = Math.min(slot.byteLength / slot.blockLength, 40);
    const { blockLength } = slot;
    return Array.from({ length: pages }, (_, page) => page).flatMap((page) =>
      bitKinds.flatMap((kind) =>
        [0, 1, blockLength - 40, blockLength - 16].map((byte) => ({
          ...cleanPlan,
          map,
          bits: [{ kind, page, byte }],
        })),
      ),
    );
  });
}

function bytePlans(random: Random): Plan[] {
  return Array.from({ length: SAMPLED }, () => ({
    ...cleanPlan,
    seed: 1 + random.below(1000),
    bits: [{ kind: random.pick(bitKinds), page: random.below(10), byte: random.below(512) }],
  }));
}

export const bitsCampaign = planCampaign({
  name: "bits",
  about: "flash that does not erase, does not write, reports errors, or changes by itself",
  plans: (random) => [...pagePlans(), ...bytePlans(random)],
});
