import type { Platform } from "../ports/platform.ts";
import { keepFormer, runningCounter } from "./former.ts";
import type { UpdateRecord } from "./record.ts";
import type { Trust } from "./trust.ts";

/**
 * What is kept when an image is confirmed: which one it has replaced, and then how far the security
 * counter's floor has risen. Done again at the next start where the power failed on the way.
 * @param job that brought the image; undefined if none did
 */
export function noteConfirmed(platform: Platform, trust: Trust, job?: UpdateRecord): void {
  keepFormer(platform, trust.floor());
  trust.keep(Math.max(job?.counter ?? 0, runningCounter(platform)));
}
