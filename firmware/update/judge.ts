import type { FailureCode } from "../failure.ts";
import type { BootState, TrialEnd } from "../ports/boot.ts";
import type { UpdateRecord } from "./record.ts";

/** What is known right after a reset. Identities are hashes of the images in the slots, or "". */
export interface Evidence {
  readonly boot: BootState;
  /** A test swap is still asked for: the bootloader did not act on it. */
  readonly isSwapRequested: boolean;
  /** The bootloader's own note, where it keeps any. */
  readonly lastTrial: TrialEnd | undefined;
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

function failed(code: FailureCode): Verdict {
  return Object.freeze({ kind: "failed", code });
}

/**
 * What became of a requested image while the old one runs again. Without a note it may not have been
 * started yet: it is asked for once more.
 */
const ends: Readonly<Record<TrialEnd, Verdict>> = Object.freeze({
  reverted: failed("REVERTED"),
  refused: failed("SWAP_REFUSED"),
  unknown: Object.freeze({ kind: "resume" }),
});

/**
 * MCUboot leaves no note of a failed update (it has no such field in its trailer), so it is told
 * from which image stands where: after a revert the new image is back in the secondary slot; one
 * that the bootloader refused has been wiped from it.
 */
function toldByImages(record: UpdateRecord, secondary: string): TrialEnd {
  return record.image !== "" && secondary === record.image ? "reverted" : "refused";
}

export function judgeReset(record: UpdateRecord | undefined, found: Evidence): Verdict {
  const { boot, primary, secondary } = found;
  if (boot === "unconfirmed") {
    const isBack = isFormerBack(record, primary);
    return isBack ? ends.reverted : { kind: "test" };
  }
  if (record === undefined) return { kind: "nothing" };
  if (record.stage === "downloading") return { kind: "resume" };
  if (record.image !== "" && primary === record.image) return { kind: "succeeded" };
  if (primary !== record.from) return { kind: "nothing" };
  const isIgnored = found.isSwapRequested && record.stage !== "testing";
  if (isIgnored) return failed("SWAP_NOT_TAKEN");
  if (record.stage === "verified") return { kind: "resume" };
  if (record.stage === "testing") return ends.reverted;
  return ends[found.lastTrial ?? toldByImages(record, secondary)];
}
