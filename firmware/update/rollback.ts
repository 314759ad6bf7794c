import { attempt } from "../failure.ts";
import type { Platform } from "../ports/platform.ts";
import { formerImage, isIntact } from "./former.ts";
import type { Trust } from "./trust.ts";

/**
 * Whether the image that ran before this one stands in the secondary slot, whole, and may run again:
 * that image and no other, for whatever else stands there was never confirmed. Reads the whole slot.
 */
export function canRollBack(platform: Platform, trust: Trust): boolean {
  const { boot, secondary, log } = platform;
  let isFit = false;
  attempt(
    () => {
      const former = boot.state() === "confirmed" ? formerImage(platform) : undefined;
      if (former === undefined || former.counter < trust.floor()) return;
      isFit = isIntact(secondary, former.identity, platform);
    },
    ({ code, detail }) => log(`rollback: ${code}: ${detail}`),
  );
  return isFit;
}
