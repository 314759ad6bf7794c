import { InvalidArgumentError } from "@commander-js/extra-typings";
import type { JobWishes } from "./job-order.ts";

/** Parsers for what a job can be asked for, with AWS's bounds. */

type AbortRule = JobWishes["abort"][number];
type RetryRule = JobWishes["retry"][number];

/** `FAILED:20:5`: of five things or more, 20 % have failed. */
export function abortRule(text: string): AbortRule {
  const [, type, percent, least] =
    /^(FAILED|REJECTED|TIMED_OUT|ALL):(\d{1,3}(?:\.\d+)?):([1-9]\d{0,8})$/.exec(text) ?? [];
  const percentage = Number(percent);
  if (type !== undefined && percentage <= 100) {
    return { failureType: type as AbortRule["failureType"], percentage, minimum: Number(least) };
  }
  throw new InvalidArgumentError(
    "FAILED, REJECTED, TIMED_OUT or ALL, percent, things: FAILED:20:5",
  );
}

export function retryRule(text: string): RetryRule {
  const [, type, times] = /^(FAILED|TIMED_OUT|ALL):(10|\d)$/.exec(text) ?? [];
  if (type !== undefined) {
    return { failureType: type as RetryRule["failureType"], times: Number(times) };
  }
  throw new InvalidArgumentError("FAILED, TIMED_OUT or ALL, and 0 to 10 times: FAILED:2");
}

export function factor(text: string): number {
  const value = /^\d(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1.1 && value <= 5) return value;
  throw new InvalidArgumentError("1.1 to 5");
}

/** AWS takes minutes, in UTC. */
export function timeText(text: string): string {
  if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d$/.test(text) && !Number.isNaN(Date.parse(text))) {
    return text.replace(" ", "T");
  }
  throw new InvalidArgumentError("YYYY-MM-DDTHH:MM, in UTC");
}

export function cron(text: string): string {
  if (/^cron\((\S+ ){5}\S+\)$/.test(text)) return text;
  throw new InvalidArgumentError("six fields, as AWS has them: cron(0 2 ? * SUN *)");
}
