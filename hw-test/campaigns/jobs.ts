import { type Flavour, patchedWays, ways } from "../desk/images.ts";
import {
  type Action,
  actions,
  cleanPlan,
  type Plan,
  type Point,
  packetFates,
} from "../desk/plan.ts";
import type { Random } from "../desk/random.ts";
import { runPlan } from "./campaign.ts";
import { planCampaign } from "./plan-campaign.ts";

const SAMPLED = 3000;
const images: readonly Flavour[] = ["good", "sick", "crash"];
/** Bytes of the file between two points of the same case. */
const BYTE_STEP = 200;

/** Every packet, every piece of the file, every boot, every flash and store operation. */
function points(plan: Plan): Point[] {
  const { packets, deliveredBytes, boots, operations } = runPlan(plan);
  const upTo = (on: Point["on"], last: number, step = 1): Point[] =>
    Array.from({ length: Math.floor(last / step) }, (_, at) => ({ on, at: (at + 1) * step }));
  return [
    ...upTo("up", packets.up),
    ...upTo("byte", deliveredBytes, BYTE_STEP),
    ...upTo("boot", boots),
    ...upTo("op", operations),
  ];
}

/** One thing done to the job at one point. */
function singlePlans(): Plan[] {
  const plans = [
    ...images.map((image) => ({ ...cleanPlan, image })),
    ...patchedWays.map((way) => ({ ...cleanPlan, way })),
  ];
  return plans.flatMap((plan) =>
    points(plan).flatMap((point) =>
      actions.map((action) => ({ ...plan, actions: [{ action, point }] })),
    ),
  );
}

/** Taken away in the middle of a long download. */
function longPlans(random: Random): Plan[] {
  const map = "nrf9160";
  const point = (): Point => ({ on: "byte", at: 1000 + random.below(150_000) });
  return (
    ["cancel", "cancelJob", "delete", "deleteJob", "timeOut", "replace", "reuse"] as const
  ).flatMap((action) =>
    Array.from({ length: 10 }, () => ({
      ...cleanPlan,
      map,
      actions: [{ action, point: point() }],
    })),
  );
}

/** Two things done to it, and a packet that does not come through. */
function sampledPlans(random: Random): Plan[] {
  const all = points(cleanPlan);
  const { packets } = runPlan(cleanPlan);
  const planned = (action: Action) => ({ action, point: random.pick(all) });
  return Array.from({ length: SAMPLED }, () => ({
    ...cleanPlan,
    way: random.pick(ways),
    seed: 1 + random.below(1000),
    actions: [planned(random.pick(actions)), planned(random.pick(actions))],
    packets: [
      {
        direction: random.pick(["up", "down"] as const),
        index: 1 + random.below(packets.up),
        fate: random.pick(packetFates),
      },
    ],
  }));
}

export const jobsCampaign = planCampaign({
  name: "jobs",
  about:
    "cancel, delete, time out, replace, use its id again at every point; lost sessions; clocks that jump",
  plans: (random) => [...singlePlans(), ...longPlans(random), ...sampledPlans(random)],
});
