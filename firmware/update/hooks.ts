import type { Gate } from "./gate.ts";
import type { Phase } from "./phases.ts";

/** How far an update is. Of numbers and text only: nothing in it changes later. */
export interface UpdateProgress {
  readonly phase: Phase;
  /** Version that the job brings; undefined while there is none, and during a trial. */
  readonly version: string | undefined;
  /** Bytes of the file that are done, and all of them; 0 of 0 without a job. */
  readonly bytes: number;
  readonly size: number;
}

/** What the application around the client may want to hear and to say. All of it is optional. */
export interface ApplicationHooks {
  /**
   * After each change of phase, and during the download at most once for each page (4 KB) that is in
   * flash. Runs inside the client: it must return soon, and what it throws is a reset.
   */
  readonly onProgress?: ((progress: UpdateProgress) => void) | undefined;
  /**
   * Asked when all is verified and only the reset is missing: a reason to wait, for people, or
   * undefined. Asked again every `config.gateIntervalMs`; the job stays IN_PROGRESS meanwhile.
   */
  readonly mayReset?: (() => string | undefined) | undefined;
  /** The reset comes when this returns: into the new image, or back from one that failed. */
  readonly onReset?: (() => void) | undefined;
}

/** The gates of the reset: those of the download, and the application's own word last. */
export function resetGates(
  gates: readonly Gate[],
  { mayReset }: ApplicationHooks,
): readonly Gate[] {
  if (mayReset === undefined) return gates;
  const all: Gate[] = [];
  for (const gate of gates) all.push(gate);
  all.push({ shut: mayReset });
  return all;
}
