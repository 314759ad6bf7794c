import { config } from "../config.ts";
import { attempt, Failure, failures } from "../failure.ts";
import type { JobIdentity } from "../job/identity.ts";
import type { Platform } from "../ports/platform.ts";
import { gatherEvidence } from "./evidence.ts";
import type { Journal } from "./journal.ts";
import { type Evidence, isImageOf, judgeReset, type Verdict } from "./judge.ts";
import type { UpdateRecord } from "./record.ts";
import { offsetOf } from "./stage.ts";

/**
 * Where a start goes on.
 * - `test`: the unconfirmed image is tried; `job` brought it, or nobody did;
 * - `succeeded`, `failed`: only the job's report is missing;
 * - `goOn`: nothing to be told; what the journal keeps is taken up when the cloud gives the job again.
 */
export type Start =
  | { readonly kind: "test"; readonly job: UpdateRecord | undefined }
  | { readonly kind: "succeeded"; readonly job: UpdateRecord }
  | { readonly kind: "failed"; readonly job: JobIdentity; readonly failure: Failure }
  | { readonly kind: "goOn" };

/** Finds out what the last reset meant, and clears a journal that says nothing any more. */
export function afterReset(journal: Journal, platform: Platform): Start {
  const record = journal.record();
  const found = gatherEvidence(platform);
  const verdict = judgeReset(record, found);
  platform.log(`update: after the reset: ${verdict.kind}`);
  settleSwap(found, verdict, platform);
  if (verdict.kind === "test") {
    const isOurs = record !== undefined && isImageOf(record, found.primary);
    if (!isOurs) forget(journal, platform);
    return { kind: "test", job: isOurs ? record : undefined };
  }
  if (record !== undefined && verdict.kind === "succeeded")
    return { kind: "succeeded", job: record };
  if (record !== undefined && verdict.kind === "failed") {
    const detail = record.reason || failures[verdict.code].meaning;
    return { kind: "failed", job: record, failure: new Failure(verdict.code, detail) };
  }
  if (record !== undefined && verdict.kind === "resume") return resume(record, journal, platform);
  if (verdict.kind === "nothing") forget(journal, platform);
  return { kind: "goOn" };
}

/** What the bootloader has left behind is put right: it must not count at the next reset. */
function settleSwap(found: Evidence, { kind }: Verdict, { boot, log }: Platform): void {
  attempt(
    () => {
      if (kind === "test") boot.secureRevert();
      else if (found.boot === "unconfirmed") boot.confirm();
      else if (found.isSwapRequested) boot.withdrawSwap();
    },
    ({ code, detail }) => log(`update: ${code}: ${detail}`),
  );
}

/**
 * A job under which the tracker resets again and again, without coming further, must not go on for
 * ever. Its document is not read again: that may be what does it.
 */
function resume(record: UpdateRecord, journal: Journal, platform: Platform): Start {
  if (!record.begun) return { kind: "goOn" };
  const progress = journal.progress();
  const reached = progress === undefined ? 0 : offsetOf(progress);
  const isFruitless = reached <= record.reached && platform.reset.wasPowerLoss() !== true;
  const resets = reached > record.reached ? 0 : record.resets + (isFruitless ? 1 : 0);
  if (resets >= config.fruitlessResetMax) {
    const detail = `${resets} resets at byte ${reached} of the file`;
    const job = Object.assign({}, record, { fingerprint: undefined });
    return { kind: "failed", job, failure: new Failure("RESET_LOOP", detail) };
  }
  attempt(
    () => journal.amend({ begun: false, resets, reached }),
    ({ code, detail }) => platform.log(`update: ${code}: ${detail}`),
  );
  return { kind: "goOn" };
}

/** A journal that cannot be cleared is judged anew at the next reset; that does no harm. */
export function forget(journal: Journal, { log }: Pick<Platform, "log">): void {
  attempt(
    () => journal.clear(),
    ({ code, detail }) => log(`update: ${code}: ${detail}`),
  );
}
