import type { Flavour } from "../desk/images.ts";
import type { LinkProfile } from "../driver.ts";
import { type Figures, figuresOf } from "./figures.ts";
import { Fleet, type FleetOptions } from "./fleet.ts";

export const releases = ["good", "bad", "sick"] as const;
export type Release = (typeof releases)[number];

const flavours: Readonly<Record<Release, Flavour>> = Object.freeze({
  good: "good",
  bad: "silent",
  sick: "sick",
});

/** What happens to a fleet while it updates itself. */
interface Storm {
  readonly about: string;
  readonly options?: Partial<FleetOptions>;
  /** Called when the job is made. */
  readonly strike?: (fleet: Fleet) => void;
}

const LOOK_EVERY_MS = 1_000;
const STRIKE_AFTER_MS = 45_000;

export const storms = Object.freeze({
  power: {
    about: "45 s into the job all lose power, and get it back in one moment a minute later",
    strike: (fleet) => fleet.clock.alarm(STRIKE_AFTER_MS, () => fleet.cutPower(60_000)),
  },
  broker: {
    about: "45 s into the job the broker restarts: all connections are lost, none comes up for 5 s",
    strike: (fleet) => fleet.clock.alarm(STRIKE_AFTER_MS, () => fleet.restartBroker(5_000)),
  },
  s3: {
    about: "the file server answers 503 for the first ten minutes of the job",
    strike(fleet) {
      fleet.isFileServerBusy = true;
      fleet.clock.alarm(600_000, () => {
        fleet.isFileServerBusy = false;
      });
    },
  },
  once: {
    about: "the job reaches all in one moment, at no rate at all (AWS itself makes 1,000 a minute)",
    options: { perMinute: Number.POSITIVE_INFINITY },
  },
  cell: {
    about: "each 200 of them share 1 Mbit/s",
    options: { cell: { trackers: 200, bitsPerSecond: 1_000_000 } },
  },
} satisfies Record<string, Storm>) as Readonly<
  Record<"power" | "broker" | "s3" | "once" | "cell", Storm>
>;
export type StormName = keyof typeof storms;

/** What a run is asked for. */
export interface Order {
  readonly trackers: number;
  readonly profile: LinkProfile;
  readonly release: Release;
  /** Executions a minute; the service's own if undefined. */
  readonly rate?: number | undefined;
  readonly storm?: StormName | undefined;
  readonly map: string;
}

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
  const jobId = fleet.cloud.rollOut(fleet.firmwares.offered, { rollout, abort: [abort] });
  storm?.strike?.(fleet);
  while (!fleet.isOver(jobId)) fleet.runFor(LOOK_EVERY_MS);
  fleet.runFor(SETTLE_MS);
  return figuresOf(fleet, { order, jobId, sinceMs, before });
}
