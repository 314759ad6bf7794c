import type { FailedCase } from "./run-shard.ts";

/** What one campaign came to. */
export interface Result {
  readonly name: string;
  readonly cases: number;
  readonly cuts: number;
  /** Different contents of flash and store that a power cut left. */
  readonly states: number;
  readonly failures: readonly FailedCase[];
  readonly seconds: number;
}

export function resultLine(result: Result): string {
  const { name, cases, cuts, states, failures, seconds } = result;
  const figure = (value: number, what: string): string =>
    `${value.toLocaleString("en").padStart(11)} ${what}`;
  return [
    name.padEnd(9),
    figure(cases, "cases"),
    figure(cuts, "cuts"),
    figure(states, "states"),
    figure(failures.length, "failures"),
    figure(seconds, "s"),
  ].join("");
}

/** The command that runs a failed case again. */
export function reproduction({ campaign, name }: FailedCase, seed: number): string {
  return `npm run campaign -- ${campaign} --seed ${seed} --case "${name}"`;
}
