import { closeSync, existsSync, openSync, unlinkSync, writeFileSync } from "node:fs";
import { CommandFailed } from "../../../tools/command-line/command-failed.ts";
import { UsageError } from "../../../tools/command-line/usage-error.ts";
import type { RunEvent } from "../record/run-event.ts";
import type { PageParts } from "./bundle-page.ts";
import { pageHtml } from "./page-file.ts";

/** Said now, and not after the run. @throws UsageError if the file cannot be written */
export function requireWritable(option: string, path: string): void {
  const isNew = !existsSync(path);
  try {
    closeSync(openSync(path, "a"));
    if (isNew) unlinkSync(path);
  } catch (error) {
    throw new UsageError(`${option} ${path}: ${(error as Error).message}`);
  }
}

/** @throws CommandFailed if the file cannot be written after all */
export function writeReport(path: string, parts: PageParts, events: readonly RunEvent[]): void {
  try {
    writeFileSync(path, pageHtml(parts, events));
  } catch (error) {
    throw new CommandFailed(`--report ${path}: ${(error as Error).message}`);
  }
}
