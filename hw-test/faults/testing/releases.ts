import { releaseFields } from "../../../tools/image/release.ts";
import type { Desk } from "../../desk/desk.ts";
import type { Firmware } from "../../desk/images.ts";
import { type DeskKey, deskKey } from "../../desk/signing.ts";

/** Of a job document. */
export type Changes = Readonly<Record<string, unknown>>;

/** How a job ends, and why. */
export function ended(desk: Desk, jobId: string): readonly [string, string | undefined] {
  desk.runUntilOver(jobId);
  const { status, reason } = desk.end(jobId);
  return [status, reason];
}

/** The fields of a release of this firmware, signed by this key. */
export function release(firmware: Firmware, more: Changes = {}, by: DeskKey = deskKey): Changes {
  return releaseFields({ ...firmware, ...more }, by.key);
}
