import type { ConformanceCase } from "./case.ts";
import { cancelCases } from "./cases/cancel.ts";
import { connectionCases } from "./cases/connection.ts";
import { controlCases } from "./cases/control.ts";
import { describeCases } from "./cases/describe.ts";
import { fileCases } from "./cases/files.ts";
import { groupCases } from "./cases/groups.ts";
import { limitCases } from "./cases/limits.ts";
import { notifyCases } from "./cases/notify.ts";
import { presignedCases } from "./cases/presigned.ts";
import { timerCases } from "./cases/timers.ts";
import { updateCases } from "./cases/update.ts";

/** A part of the service, and what it must do. */
export interface Chapter {
  readonly title: string;
  readonly cases: readonly ConformanceCase[];
}

export const chapters: readonly Chapter[] = [
  { title: "asking", cases: describeCases },
  { title: "starting and updating", cases: updateCases },
  { title: "refusals", cases: limitCases },
  { title: "notifications", cases: notifyCases },
  { title: "canceling and deleting", cases: cancelCases },
  { title: "timers", cases: timerCases },
  { title: "control plane", cases: controlCases },
  { title: "thing groups", cases: groupCases },
  { title: "files", cases: fileCases },
  { title: "presigned URLs", cases: presignedCases },
  { title: "connection", cases: connectionCases },
];
