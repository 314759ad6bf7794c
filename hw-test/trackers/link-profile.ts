import { UsageError } from "../../tools/command-line/usage-error.ts";
import type { LinkProfile } from "../driver.ts";

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
