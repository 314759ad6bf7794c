import type { CaseResult } from "./run.ts";

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface Report {
  readonly target: "local" | "aws";
  /** All that was run was as expected, all of the run is done, and nothing is left behind. */
  readonly ok: boolean;
  /** Cases with a source. */
  readonly relied: Tally;
  /** Cases whose expectation is not verified against the live service. */
  readonly assumed: Tally;
  /** Cases that were not reached, when the run was stopped. */
  readonly missing: number;
  readonly left: readonly string[];
  readonly cases: readonly CaseResult[];
}

export function reportOf(
  target: "local" | "aws",
  run: {
    readonly cases: readonly CaseResult[];
    readonly missing: number;
    readonly left: readonly string[];
  },
): Report {
  const isAssumed = ({ source }: CaseResult) => source.kind === "assumed";
  const left = [...run.cases.flatMap((result) => result.left), ...run.left];
  const failed = run.cases.some(({ status }) => status === "failed");
  return {
    target,
    ok: !failed && run.missing === 0 && left.length === 0,
    relied: tally(run.cases.filter((result) => !isAssumed(result))),
    assumed: tally(run.cases.filter(isAssumed)),
    missing: run.missing,
    left,
    cases: run.cases,
  };
}

function tally(results: readonly CaseResult[]): Tally {
  const count = (status: CaseResult["status"]) =>
    results.filter((result) => result.status === status).length;
  return { passed: count("passed"), failed: count("failed"), skipped: count("skipped") };
}

const marks = { passed: "ok  ", failed: "FAIL", skipped: "skip" } as const;

/** One case, as soon as it is known. */
export function caseText({ status, name, seconds, source, reason, left }: CaseResult): string {
  const lines = [`  ${marks[status]}  ${name}  (${seconds.toFixed(1)} s)`];
  if (status !== "passed") {
    lines.push(...(reason ?? "").split("\n"), `expected by: ${source.kind}, ${source.where}`);
  }
  lines.push(...left.map((what) => `left behind: ${what}`));
  return `${lines.join("\n        ")}\n`;
}

/** The end of a run; assumptions apart from what has a source. */
export function summaryText(report: Report): string {
  const lines = [
    `with a source: ${tallyText(report.relied)}`,
    `assumed, not verified against the live service: ${tallyText(report.assumed)}`,
    ...report.cases
      .filter(({ source }) => source.kind === "assumed")
      .map(({ status, name, source }) => `  ${marks[status]}  ${name} [${source.where}]`),
  ];
  if (report.missing > 0) lines.push(`stopped: ${report.missing} cases were not run`);
  lines.push(...report.left.map((what) => `left behind, delete it by hand: ${what}`));
  return `${lines.join("\n")}\n`;
}

function tallyText({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
