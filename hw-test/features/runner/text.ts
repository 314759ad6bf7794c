import { styleText } from "node:util";
import type { Counts, Report, ScenarioReport, Status, StepReport } from "./report.ts";

const marks: Readonly<Record<Status, string>> = { passed: "✓", failed: "✗", skipped: "-" };
const colors = { passed: "green", failed: "red", skipped: "yellow" } as const;

/** The report for people: every step with its state and time. */
export function reportText(report: Report, { colored }: { readonly colored: boolean }): string {
  const mark = (status: Status) =>
    colored ? styleText(colors[status], marks[status]) : marks[status];
  const lines: string[] = [];
  for (const { title, path, status, scenarios } of report.features) {
    lines.push(`${mark(status)} ${title} (${path})${status === "skipped" ? ": skipped" : ""}`);
    for (const scenario of scenarios) lines.push(...scenarioLines(scenario, path, mark));
    lines.push("");
  }
  const { features, scenarios, steps } = report.counts;
  lines.push(countText("features", features));
  lines.push(countText("scenarios", scenarios));
  lines.push(countText("steps", steps));
  lines.push(`${report.ok ? "passed" : "NOT passed"} in ${report.seconds.toFixed(1)} s`);
  return `${lines.join("\n")}\n`;
}

function scenarioLines(
  { title, status, steps }: ScenarioReport,
  path: string,
  mark: (status: Status) => string,
): string[] {
  const head = `  ${mark(status)} ${title}${status === "skipped" ? ": skipped" : ""}`;
  if (status === "skipped") return [head];
  return [head, ...steps.flatMap((step) => stepLines(step, path, mark))];
}

function stepLines(step: StepReport, path: string, mark: (status: Status) => string): string[] {
  const { status, keyword, title, seconds, line, reason, log } = step;
  const time = status === "skipped" ? "skipped" : `${seconds.toFixed(2)} s`;
  const first = `    ${mark(status)} ${time.padStart(8)}  ${keyword} ${title}`;
  if (status !== "failed") return [first];
  // What the tracker said last tells most about a failure.
  const tail = log.slice(-10).map((text) => `         | ${text}`);
  return [first, ...tail, `         ${path}:${line}: ${reason.replaceAll("\n", "\n         ")}`];
}

function countText(name: string, { passed, failed, skipped }: Counts): string {
  return `${name.padEnd(10)} ${passed} passed, ${failed} failed, ${skipped} skipped`;
}
