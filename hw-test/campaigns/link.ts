import { flavours, patchedWays, type Way, ways } from "../desk/images.ts";
import {
  byteFates,
  cleanPlan,
  type FileFault,
  type Outage,
  type PacketFault,
  type Plan,
  packetFates,
} from "../desk/plan.ts";
import type { Random } from "../desk/random.ts";
import { runPlan } from "./campaign.ts";
import { httpMisbehaviours } from "./http-faults.ts";
import { planCampaign } from "./plan-campaign.ts";

const SAMPLED = Object.freeze({
  packetPairs: 1500,
  nrf9160Bytes: 150,
  mixed: 1000,
  validators: 60,
  odd: 12,
});
const COVERAGE_STEP_MS = 20;
/** Of http-faults.ts: nothing in the answer tells whether the file is the same, or it is all of it. */
const unnamedFiles = ["no-etag", "modified", "whole", "whole-no-etag", "whole-no-length"];
/** The nRF9160 image is two requests long. */
const NRF9160_REQUESTS = 2;

function packetFaults(plan: Plan): PacketFault[] {
  const { packets } = runPlan(plan);
  return (["up", "down"] as const).flatMap((direction) =>
    Array.from({ length: packets[direction] }, (_, at) => at + 1).flatMap((index) =>
      packetFates.map((fate) => ({ direction, index, fate })),
    ),
  );
}

/** Every packet of MQTT, each fate, with images that stay and images that fail, and by every way. */
function packetPlans(): Plan[] {
  const plans = [
    ...flavours.map((image) => ({ ...cleanPlan, image })),
    ...patchedWays.map((way) => ({ ...cleanPlan, way })),
  ];
  return plans.flatMap((plan) =>
    packetFaults(plan).map((fault) => ({ ...plan, packets: [fault] })),
  );
}

function packetPairs(random: Random): Plan[] {
  const faults = packetFaults(cleanPlan);
  return Array.from({ length: SAMPLED.packetPairs }, () => ({
    ...cleanPlan,
    seed: 1 + random.below(1000),
    packets: [random.pick(faults), random.pick(faults), random.pick(faults)],
  }));
}

/** Every byte of the reply, head and body, and one beyond, whichever file it is. */
function bytePlans(): Plan[] {
  return ways.flatMap((way) => {
    const plan = { ...cleanPlan, way };
    const { deliveredBytes } = runPlan(plan);
    const bytes = Array.from({ length: deliveredBytes + 1 }, (_, at) => at);
    return bytes.flatMap((byte) =>
      byteFates.map((fate) => ({ ...plan, files: [{ request: 1, byte, fate }] })),
    );
  });
}

/** Bytes drawn from a real image, and the connection lost more than once. */
function nrf9160Bytes(random: Random): Plan[] {
  const map = "nrf9160";
  const { deliveredBytes } = runPlan({ ...cleanPlan, map });
  const fault = (request: number): FileFault => ({
    request,
    byte: random.below(deliveredBytes / NRF9160_REQUESTS),
    fate: random.pick(byteFates),
  });
  return Array.from({ length: SAMPLED.nrf9160Bytes }, () => ({
    ...cleanPlan,
    map,
    files: [fault(1), fault(2), fault(3)],
  }));
}

/** Each misbehaviour at once, at the resumed request, a few times and for ever. */
function httpPlans(): Plan[] {
  // The service has the first progress report, the tracker does not know.
  const lostReply: PacketFault = { direction: "up", index: 4, fate: "cut" };
  const drop: FileFault = { request: 1, byte: 700, fate: "drop" };
  return httpMisbehaviours.flatMap(({ name: kind }) =>
    ways.flatMap((way) =>
      [1, 2, 3, 1000].flatMap((count) => {
        const plan = { ...cleanPlan, way };
        return [
          { ...plan, http: [{ request: 1, kind, count }] },
          { ...plan, http: [{ request: 2, kind, count }], files: [drop] },
          { ...plan, http: [{ request: 2, kind, count }], cuts: [{ operation: 9, when: "after" }] },
          { ...plan, http: [{ request: 1, kind, count }], packets: [lostReply] },
        ];
      }),
    ),
  ) as Plan[];
}

function outagePlans(): Plan[] {
  const outages = (["broker", "files"] as const).flatMap((server) =>
    (["refuse", "ignore"] as const).flatMap((how) =>
      [0, 1, 2].flatMap((fromS) =>
        [5, 30, 59, 120, 600, 3600].map((forS) => ({ server, how, fromS, forS })),
      ),
    ),
  );
  return outages.map((outage: Outage) => {
    // The broker's outage only shows where there is a connection to make.
    const lose: PacketFault = { direction: "down", index: 4, fate: "lose" };
    return { ...cleanPlan, outages: [outage], packets: outage.server === "broker" ? [lose] : [] };
  });
}

/** No coverage for hours, from any moment on: each packet of the update, and each boot. */
function coveragePlans(way: Way): Plan[] {
  const { virtualMs } = runPlan({ ...cleanPlan, way });
  const begins = Array.from({ length: Math.ceil(virtualMs / COVERAGE_STEP_MS) }, (_, at) => at);
  return begins.flatMap((at) =>
    [1, 10].map((hours) => ({
      ...cleanPlan,
      way,
      seed: 1 + at,
      outages: (["broker", "files"] as const).map((server) => ({
        server,
        how: "lose" as const,
        fromS: (at * COVERAGE_STEP_MS) / 1000,
        forS: hours * 3600,
      })),
    })),
  );
}

/** Servers that name no file, or know no ranges, on a link that drops four times, power cuts or none. */
function validatorPlans(random: Random, way: Way): Plan[] {
  const { deliveredBytes, operations } = runPlan({ ...cleanPlan, way });
  const drop = (request: number): FileFault => ({
    request,
    // A server that begins at byte 0 each time must come a little farther each time.
    byte: Math.floor((deliveredBytes * (request + random.next())) / 7),
    fate: random.pick(["drop", "stall"] as const),
  });
  const plans = (kind: string): Plan[] =>
    Array.from({ length: SAMPLED.validators }, (_, at) => ({
      ...cleanPlan,
      way,
      seed: 1 + random.below(1000),
      http: [{ request: 1, kind, count: 1000 }],
      files: [1, 2, 3, 4].map(drop),
      cuts: at % 2 === 0 ? [] : [{ operation: 1 + random.below(operations), when: "after" }],
    }));
  return unnamedFiles.flatMap(plans);
}

/** An odd answer or two, wherever the download is by then. */
function oddPlans(random: Random, way: Way): Plan[] {
  const { deliveredBytes } = runPlan({ ...cleanPlan, way });
  return httpMisbehaviours.flatMap(({ name: kind }) =>
    Array.from({ length: SAMPLED.odd }, () => ({
      ...cleanPlan,
      way,
      seed: 1 + random.below(1000),
      http: [1, 2].map(() => ({ request: 1 + random.below(4), kind, count: 1 })),
      files: [1, 2, 3].map((request) => ({
        request,
        byte: random.below(deliveredBytes),
        fate: random.pick(byteFates),
      })),
    })),
  );
}

/** A bad day: packets, bytes, servers and power together. */
function mixedPlans(random: Random): Plan[] {
  const packets = packetFaults(cleanPlan);
  return Array.from({ length: SAMPLED.mixed }, () => ({
    ...cleanPlan,
    way: random.pick(ways),
    seed: 1 + random.below(1000),
    packets: [random.pick(packets), random.pick(packets)],
    files: [{ request: 1, byte: random.below(1500), fate: random.pick(byteFates) }],
    cuts: [{ operation: 1 + random.below(80), when: random.pick(["before", "after"] as const) }],
  }));
}

export const linkCampaign = planCampaign({
  name: "link",
  about: "every packet and every byte lost, late or twice; every HTTP misbehaviour; servers down",
  plans: (random) => [
    ...packetPlans(),
    ...packetPairs(random),
    ...bytePlans(),
    ...nrf9160Bytes(random),
    ...httpPlans(),
    ...outagePlans(),
    ...ways.flatMap((way) => [
      ...coveragePlans(way),
      ...validatorPlans(random, way),
      ...oddPlans(random, way),
    ]),
    ...mixedPlans(random),
  ],
});
