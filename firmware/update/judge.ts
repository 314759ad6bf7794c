import type { FailureCode } from "../failure.ts";
import type { BootState } from "../ports/boot.ts";
import type { UpdateRecord } from "./record.ts";

/** What is known right after a reset. Identities are hashes of the images in the slots, or "". */
export interface Evidence {
  readonly boot: BootState;
  /** A test swap is still asked for: the bootloader did not act on it. */
  readonly isSwapRequested: boolean;
  readonly primary: string;
  readonly secondary: string;
}

/**
 * What the reset meant.
 * - `nothing`: no update was under way, or not this device's;
 * - `resume`: the slot is not finished; the download goes on once the cloud says the job is ours;
 * - `test`: an unconfirmed image runs and must prove itself;
 * - `succeeded`: the new image is confirmed, only the report is missing;
 * - `failed`: the old image runs again.
 */
export type Verdict =
  | { readonly kind: "nothing" | "resume" | "test" | "succeeded" }
  | { readonly kind: "failed"; readonly code: FailureCode };

/** Whether the image `identity` is the one that the recorded update wrote and verified. */
export function isImageOf(record: UpdateRecord, identity: string): boolean {
  return record.stage !== "downloading" && record.image === identity;
}

/**
 * A cut in the erase of a revert's own request may leave a test swap asked for: MCUboot then puts
 * the former image on trial, which has proved itself long ago.
 */
function isFormerBack(record: UpdateRecord | undefined, primary: string): boolean {
  if (record === undefined || primary === "" || record.image === record.from) return false;
  const wasStarted = record.stage === "testing" || record.stage === "requested";
  return wasStarted && primary === record.from;
}

/**
 * MCUboot leaves no note of a failed update (it has no such field in its trailer), so it is told
 * from which image stands where: after a revert the new image is back in the secondary slot; one
 * that the bootloader refused has been wiped from it.
 */
export function judgeReset(record: UpdateRecord | undefined, found: Evidence): Verdict {
  const { boot, primary, secondary } = found;
  if (boot === "unconfirmed") {
    const isBack = isFormerBack(record, primary);
    return isBack ? { kind: "failed", code: "REVERTED" } : { kind: "test" };
  }
  if (record === undefined) return { kind: "nothing" };
  if (record.stage === "downloading") return { kind: "resume" };
  if (record.image !== "" && primary === record.image) return { kind: "succeeded" };
  if (primary !== record.from) return { kind: "nothing" };
  const isIgnored = found.isSwapRequested && record.stage !== "testing";
  if (isIgnored) return { kind: "failed", code: "SWAP_NOT_TAKEN" };
  if (record.stage === "verified") return { kind: "resume" };
  const swappedBack = record.image !== "" && secondary === record.image;
  if (record.stage === "testing" || swappedBack) {
    return { kind: "failed", code: "REVERTED" };
  }
  return { kind: "failed", code: "SWAP_REFUSED" };
}
