import type { LinkProfile } from "../driver.ts";

/** good: works; bad: never confirms; sick: fails its self-test. */
export const releases = ["good", "bad", "sick"] as const;
export type Release = (typeof releases)[number];

export const stormNames = ["power", "broker", "s3", "once", "throttle", "cell"] as const;
export type StormName = (typeof stormNames)[number];

/** What a run is asked for. */
export interface Order {
  readonly trackers: number;
  readonly profile: LinkProfile;
  readonly release: Release;
  /** Executions a minute; the service's own if undefined. */
  readonly rate?: number | undefined;
  readonly storm?: StormName | undefined;
  /** Name of the slots' geometry (desk/geometries.ts). */
  readonly map: string;
}
