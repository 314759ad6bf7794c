import { trackerMaps } from "../desk/geometries.ts";
import { flavours, ways } from "../desk/images.ts";
import { bitKinds, cleanPlan, type Plan } from "../desk/plan.ts";
import type { Random } from "../desk/random.ts";
import { planCampaign } from "./plan-campaign.ts";

const SAMPLED = 300;

/** Each page of each map, at a few of its bytes, each kind of damage. */
function pagePlans(): Plan[] {
  return trackerMaps.flatMap(({ name: map, slot }) => {
    const pages = Math.min(slot.byteLength / slot.blockLength, 40);
    const { blockLength } = slot;
    return Array.from({ length: pages }, (_, page) => page).flatMap((page) =>
      slotKinds.flatMap((kind) =>
        [0, 1, blockLength - 40, blockLength - 16].map((byte) => ({
          ...cleanPlan,
          map,
          bits: [{ kind, page, byte }],
        })),
      ),
    );
  });
}

/** The store fails once, a few times, or from some change on for long, with images of each kind. */
function storePlans(): Plan[] {
  const changes = Array.from({ length: STORE_CHANGES }, (_, at) => at + 1);
  return flavours.flatMap((image) =>
    changes.flatMap((page) =>
      [0, 1, 2, 5, 20].map((byte) => ({
        ...cleanPlan,
        image,
        bits: [{ kind: "storeError" as const, page, byte }],
      })),
    ),
  );
}

/** A clean run takes a few less. */
const STORE_CHANGES = 16;
const slotKinds = bitKinds.filter((kind) => kind !== "storeError");

function bytePlans(random: Random): Plan[] {
  return Array.from({ length: SAMPLED }, () => ({
    ...cleanPlan,
    seed: 1 + random.below(1000),
    way: random.pick(ways),
    bits: [{ kind: random.pick(slotKinds), page: random.below(10), byte: random.below(512) }],
  }));
}

export const bitsCampaign = planCampaign({
  name: "bits",
  about: "flash that does not erase, does not write, reports errors, or changes by itself",
  plans: (random) => [...pagePlans(), ...storePlans(), ...bytePlans(random)],
});
