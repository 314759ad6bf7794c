import type { Flavour } from "../desk/images.ts";
import { type Figures, figuresOf } from "./figures.ts";
import { Fleet, type FleetOptions } from "./fleet.ts";
import type { Order, Release, StormName } from "./order.ts";

const flavours: Readonly<Record<Release, Flavour>> = Object.freeze({
  good: "good",
  bad: "silent",
  sick: "sick",
});

/** What happens to a fleet while it updates itself. */
interface Storm {
  readonly about: string;
  readonly options?: Partial<FleetOptions>;
  /** How often an execution that FAILED is repeated on its tracker. */
  readonly retries?: number;
  /** Called when the job is made. */
  readonly strike?: (fleet: Fleet) => void;
}

const LOOK_EVERY_MS = 1_000;
const STRIKE_AFTER_MS = 45_000;

export const storms: Readonly<Record<StormName, Storm>> = Object.freeze({
  power: {
    about: "45 s into the job all lose power, and get it back in one moment a minute later",
    // Whoever is at a trial then is reverted, which is a failure to the job, though not the release's.
    retries: 1,
    strike: (fleet) => fleet.after(STRIKE_AFTER_MS, () => fleet.cutPower(60_000)),
  },
  broker: {
    about: "45 s into the job the broker restarts: all connections are lost, none comes up for 5 s",
    strike: (fleet) => fleet.after(STRIKE_AFTER_MS, () => fleet.restartBroker(5_000)),
  },
  s3: {
    about: "the file server answers 503 for the first ten minutes of the job",
    strike(fleet) {
      fleet.isFileServerBusy = true;
      fleet.after(600_000, () => {
        fleet.isFileServerBusy = false;
      });
    },
  },
  once: {
    about: "the job reaches all in one moment, at no rate at all (AWS itself makes 1,000 a minute)",
    options: { perMinute: Number.POSITIVE_INFINITY },
  },
  throttle: {
    about: "as once, and the Jobs service takes 20 requests a second of each kind, not 200",
    options: { perMinute: Number.POSITIVE_INFINITY, jobsPerSecond: 20 },
  },
  cell: {
    about: "each 200 of them share 1 Mbit/s",
    options: { cell: { trackers: 200, bitsPerSecond: 1_000_000 } },
  },
});

/** What is in use: one in a hundred failed, after the first hundred. */
const abort = Object.freeze({
  failureType: "FAILED" as const,
  action: "CANCEL" as const,
  thresholdPercentage: 1,
  minNumberOfExecutedThings: 100,
});
/** After the job: whoever is still at a trial or a revert comes to its end. */
const SETTLE_MS = 900_000;

/** Runs a fleet from its first connection to the end of the job, and some time more. */
export function runFleet(order: Order): Figures {
  const { trackers, profile, map, rate } = order;
  const storm = order.storm === undefined ? undefined : storms[order.storm];
  const flavour = flavours[order.release];
  const fleet = new Fleet({ trackers, profile, flavour, map, ...storm?.options });
  fleet.begin();
  const sinceMs = fleet.clock.nowMs();
  const rollout = rate === undefined ? undefined : { maximumPerMinute: rate };
  const before = fleet.tally();
  const retry =
    storm?.retries === undefined
      ? undefined
      : [{ failureType: "FAILED" as const, numberOfRetries: storm.retries }];
  const jobId = fleet.cloud.rollOut(fleet.firmwares.offered, { rollout, abort: [abort], retry });
  storm?.strike?.(fleet);
  while (!fleet.isOver(jobId)) fleet.runFor(LOOK_EVERY_MS);
  fleet.runFor(SETTLE_MS);
  return figuresOf(fleet, { order, jobId, sinceMs, before });
}
