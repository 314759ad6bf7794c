import type { Platform } from "../ports/platform.ts";
import { identityIn } from "./evidence.ts";
import type { Journal } from "./journal.ts";
import { isImageOf } from "./judge.ts";

/** Whether a former image stands in the secondary slot, and the running one is there to stay. */
export function canRollBack(journal: Journal, { boot, secondary, log }: Platform): boolean {
  if (boot.state() !== "confirmed") return false;
  const found = identityIn(secondary, log);
  const record = journal.record();
  const isNew = record !== undefined && isImageOf(record, found);
  return found !== "" && !isNew;
}
