import type { JobDocument } from "../job/document.ts";
import type { JobExecution } from "../job/execution.ts";
import type { JobIdentity } from "../job/identity.ts";
import type { PatchOffer } from "../job/patch-offers.ts";
import { fingerprint } from "./identity.ts";
import type { UpdateRecord } from "./record.ts";

/** The job under way, from its start to its end or to the reset. */
export interface ActiveJob extends JobIdentity {
  readonly document: JobDocument;
  readonly fingerprint: number;
  /** A step timer runs at the service: it must be told something from time to time. */
  readonly hasStepTimer: boolean;
  /** The patch that is taken; undefined where the HEX file is. */
  offer: PatchOffer | undefined;
  /** Code of what a patch of this job failed with, "" if none did. */
  patchFailure: string;
  /** Bytes of the file that are done. */
  bytes: number;
}

/** Bytes of the file that is taken. */
export function fileBytes({ offer, document }: ActiveJob): number {
  return offer === undefined ? document.size : offer.size;
}

/** How the image comes, for people; undefined for a HEX file. */
export function fileKind({ offer }: ActiveJob): "patch" | "packed" | undefined {
  if (offer === undefined) return undefined;
  return offer.isPacked ? "packed" : "patch";
}

/** @param known what the journal says of an earlier run: of another document, nothing of its patches */
export function startJob(
  execution: JobExecution,
  document: JobDocument,
  known: Pick<UpdateRecord, "fingerprint" | "patchFailure">,
): ActiveJob {
  const { offer } = execution;
  const print = fingerprint(document);
  const patchFailure = print === known.fingerprint ? known.patchFailure : "";
  // What a patch makes is known by its digest alone, and it has to be worth it.
  const isFit = offer !== undefined && document.sha256 !== undefined && offer.size < document.size;
  return {
    jobId: execution.jobId,
    executionNumber: execution.executionNumber,
    queuedAt: execution.queuedAt,
    document,
    fingerprint: print,
    hasStepTimer: execution.secondsBeforeTimedOut !== undefined,
    offer: isFit && patchFailure === "" ? offer : undefined,
    patchFailure,
    bytes: 0,
  };
}
