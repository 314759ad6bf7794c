import { LogLevel, type SuiteResult } from "@nordicsemiconductor/bdd-markdown";

/** `skipped` is what did not run, for whatever reason; it never counts as passed. */
export type Status = "passed" | "failed" | "skipped";

export interface StepReport {
  readonly keyword: string;
  readonly title: string;
  /** In the feature's file. */
  readonly line: number;
  readonly status: Status;
  readonly seconds: number;
  /** Why it failed; empty otherwise. */
  readonly reason: string;
  readonly log: readonly string[];
}

export interface ScenarioReport {
  readonly title: string;
  readonly line: number;
  readonly status: Status;
  readonly seconds: number;
  readonly steps: readonly StepReport[];
}

export interface FeatureReport {
  readonly title: string;
  readonly path: string;
  readonly status: Status;
  readonly seconds: number;
  readonly scenarios: readonly ScenarioReport[];
}

export type Counts = Readonly<Record<Status, number>>;

export interface Report {
  /** Something passed and nothing failed. */
  readonly ok: boolean;
  readonly startedAt: string;
  readonly seconds: number;
  readonly counts: {
    readonly features: Counts;
    readonly scenarios: Counts;
    readonly steps: Counts;
  };
  readonly features: readonly FeatureReport[];
}

type FeatureResult = SuiteResult["results"][number];
type ScenarioResult = FeatureResult[1]["results"][number];
type StepResult = ScenarioResult[1]["results"][number];

/** @param titleOf the title of the feature in a file of this path */
export function reportOf(result: SuiteResult, titleOf: (path: string) => string): Report {
  const features = result.results.map((feature) => featureReport(feature, titleOf));
  const scenarios = features.flatMap((feature) => feature.scenarios);
  const counts = {
    features: count(features),
    scenarios: count(scenarios),
    steps: count(scenarios.flatMap(({ steps }) => steps)),
  };
  return {
    ok: counts.features.passed > 0 && counts.features.failed === 0,
    startedAt: new Date(result.startTime).toISOString(),
    seconds: seconds(result.duration),
    counts,
    features,
  };
}

function featureReport(
  [file, { results, duration }]: FeatureResult,
  titleOf: (path: string) => string,
): FeatureReport {
  const scenarios = results.map(scenarioReport);
  return {
    title: titleOf(file.name),
    path: file.name,
    status: statusOf(scenarios),
    seconds: seconds(duration),
    scenarios,
  };
}

/**
 * The library's own `ok` is true for what was skipped, so that only the steps count. Of a scenario
 * that was skipped because of an earlier one it gives no steps at all.
 */
function scenarioReport([
  scenario,
  { skipped, results, duration },
]: ScenarioResult): ScenarioReport {
  const steps = skipped ? scenario.steps.map(stepNotRun) : results.map(stepReport);
  return {
    title: scenario.title ?? "",
    line: scenario.line,
    status: statusOf(steps),
    seconds: seconds(duration),
    steps,
  };
}

function stepReport([step, { ok, skipped, duration, logs }]: StepResult): StepReport {
  const messages = (error: boolean) =>
    logs
      .filter(({ level }) => (level === LogLevel.ERROR) === error)
      .map(({ message }) => message.join(" "));
  return {
    ...stepNotRun(step),
    status: skipped ? "skipped" : ok ? "passed" : "failed",
    seconds: seconds(duration),
    reason: messages(true).join("\n"),
    log: messages(false),
  };
}

function stepNotRun({ keyword, title, line }: StepResult[0]): StepReport {
  return { keyword, title, line, status: "skipped", seconds: 0, reason: "", log: [] };
}

/** Passed only if every part passed, and there is one: what is still to be written did not pass. */
function statusOf(parts: readonly { readonly status: Status }[]): Status {
  if (parts.some(({ status }) => status === "failed")) return "failed";
  if (parts.length > 0 && parts.every(({ status }) => status === "passed")) return "passed";
  return "skipped";
}

function count(parts: readonly { readonly status: Status }[]): Counts {
  const having = (wanted: Status) => parts.filter(({ status }) => status === wanted).length;
  return { passed: having("passed"), failed: having("failed"), skipped: having("skipped") };
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds) / 1000;
}
