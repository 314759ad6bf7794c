import { chapters } from "./allCases.ts";
import { Bench } from "./bench.ts";
import type { ConformanceCase, Source } from "./case.ts";
import type { Target } from "./target.ts";

export interface CaseResult {
  readonly chapter: string;
  readonly name: string;
  readonly source: Source;
  readonly status: "passed" | "failed" | "skipped";
  /** Why it failed or was skipped. */
  readonly reason?: string;
  readonly seconds: number;
  /** What could not be deleted afterwards, and why. */
  readonly left: readonly string[];
}

export interface Selection {
  readonly chapter: string;
  readonly index: number;
  readonly one: ConformanceCase;
}

/** The cases whose chapter or name contains `pattern`, upper or lower case. */
export function select(pattern = ""): Selection[] {
  const wanted = pattern.toLowerCase();
  return chapters
    .flatMap(({ title, cases }) => cases.map((one) => ({ chapter: title, one })))
    .map((selection, index) => ({ ...selection, index }))
    .filter(({ chapter, one }) => `${chapter}: ${one.name}`.toLowerCase().includes(wanted));
}

/** Runs one case; it has a thing and names of its own, deleted when this returns. */
export async function runCase(target: Target, selection: Selection): Promise<CaseResult> {
  const { chapter, one, index } = selection;
  const said = { chapter, name: one.name, source: one.source };
  if (one.needs === "role" && target.roleArn === undefined) {
    const reason = "needs --role-arn, a role for presigned URLs";
    return { ...said, status: "skipped", reason, seconds: 0, left: [] };
  }
  const startMs = performance.now();
  const bench = new Bench(target, `c${index}`);
  const reason = await withDeadline(one.run(bench), target.pace.caseMaxMs).then(
    () => undefined,
    messageOf,
  );
  const left = await bench.close();
  const seconds = Math.round(performance.now() - startMs) / 1000;
  if (reason === undefined) return { ...said, status: "passed", seconds, left };
  return { ...said, status: "failed", reason, seconds, left };
}

/** A connection that is lost must not stop the run, nor keep what was made from being deleted. */
async function withDeadline(work: Promise<void>, maxMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done in ${maxMs / 1000} s`)), maxMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
