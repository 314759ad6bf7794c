import { UsageError } from "../usage-error.ts";

/**
 * The radio link between the tracker and its servers. The model carries application bytes: what
 * TLS, TCP and IP add is not counted.
 */
export interface LinkProfile {
  readonly name: string;
  /** Bits per second in each direction; Infinity for no limit. */
  readonly bitsPerSecond: number;
  /** Milliseconds there and back; half of it each way. */
  readonly roundTripMs: number;
  /**
   * Share of segments that need to be sent again, 0 to below 1. A byte stream loses nothing: what
   * follows waits behind the repeated segment, `retransmitMs` longer.
   */
  readonly lossShare: number;
  readonly retransmitMs: number;
}

function profile(parts: LinkProfile): LinkProfile {
  return Object.freeze(parts);
}

/** LTE-M and NB-IoT as the benchmarks model them; 1,000 ms is RFC 6298's least time-out. */
export const linkProfiles = Object.freeze({
  none: profile({
    name: "none",
    bitsPerSecond: Number.POSITIVE_INFINITY,
    roundTripMs: 0,
    lossShare: 0,
    retransmitMs: 0,
  }),
  "lte-m": profile({
    name: "lte-m",
    bitsPerSecond: 300_000,
    roundTripMs: 100,
    lossShare: 0,
    retransmitMs: 0,
  }),
  "nb-iot": profile({
    name: "nb-iot",
    bitsPerSecond: 60_000,
    roundTripMs: 1_000,
    lossShare: 0,
    retransmitMs: 0,
  }),
  lossy: profile({
    name: "lossy",
    bitsPerSecond: 300_000,
    roundTripMs: 100,
    lossShare: 0.02,
    retransmitMs: 1_000,
  }),
});

/** @throws UsageError that names the profiles there are */
export function parseLinkProfile(name: string): LinkProfile {
  for (const known of Object.values(linkProfiles)) {
    if (known.name === name) return known;
  }
  const names = Object.keys(linkProfiles).join(", ");
  throw new UsageError(`--link ${name}: there is no such profile; known: ${names}`);
}
