import { attempt, Failure, failures } from "../failure.ts";
import type { Platform } from "../ports/platform.ts";
import type { JobIdentity } from "./active-job.ts";
import { gatherEvidence } from "./evidence.ts";
import type { Journal } from "./journal.ts";
import { isImageOf, judgeReset } from "./judge.ts";

/**
 * Where a start goes on.
 * - `test`: the unconfirmed image is tried; `job` brought it, or nobody did;
 * - `succeeded`, `failed`: only the job's report is missing;
 * - `goOn`: nothing to be told; what the journal keeps is taken up when the cloud gives the job again.
 */
export type Start =
  | { readonly kind: "test"; readonly job: JobIdentity | undefined }
  | { readonly kind: "succeeded"; readonly job: JobIdentity }
  | { readonly kind: "failed"; readonly job: JobIdentity; readonly failure: Failure }
  | { readonly kind: "goOn" };

/** Finds out what the last reset meant, and clears a journal that says nothing any more. */
export function afterReset(journal: Journal, platform: Platform): Start {
  const record = journal.record();
  const found = gatherEvidence(platform);
  const verdict = judgeReset(record, found);
  platform.log(`update: after the reset: ${verdict.kind}`);
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
  if (verdict.kind === "nothing") forget(journal, platform);
  return { kind: "goOn" };
}

/** A journal that cannot be cleared is judged anew at the next reset; that does no harm. */
export function forget(journal: Journal, { log }: Pick<Platform, "log">): void {
  attempt(
    () => journal.clear(),
    ({ code, detail }) => log(`update: ${code}: ${detail}`),
  );
}
