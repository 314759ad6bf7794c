import { setTimeout as delay } from "node:timers/promises";
import { StepKeyword, type StepRunner } from "@nordicsemiconductor/bdd-markdown";
import { type BoardName, boards } from "../../trackers/boards.ts";
import type { Bench } from "../bench/bench.ts";
import { Final } from "../bench/final.ts";
import { matchStep, type StepCall, type StepDefinition } from "../steps/definition.ts";
import type { World } from "../steps/world.ts";

export interface StepTiming {
  /** For how long a `Soon` step is tried. */
  readonly soonMs: number;
  /** A step that has not ended by then has failed; the first build of the board takes a minute. */
  readonly stepMaxMs: number;
}

export function stepTiming(board: BoardName): StepTiming {
  const { patience } = boards[board];
  return { soonMs: 60_000 * patience, stepMaxMs: 300_000 * patience };
}

/** Pauses between tries of a `Soon` step: short at first, then twice as long each time. */
const retryMinMs = 50;
const retryMaxMs = 1_000;

export interface StepRunnerOptions {
  readonly bench: Bench;
  readonly timing: StepTiming;
  /** Called as the step begins. */
  readonly onStep?: ((title: string) => void) | undefined;
}

/** A step for the library's runner, which itself knows neither `Soon` nor time-outs. */
export function toStepRunner(
  definition: StepDefinition,
  { bench, timing, onStep }: StepRunnerOptions,
): StepRunner<World> {
  return {
    match: (title) => matchStep(definition, title) !== undefined,
    async run({ step, context, feature, log }) {
      context["variant"] = feature.variant;
      const words = matchStep(definition, step.title) ?? {};
      const call: StepCall = { bench, world: context, step };
      bench.say = (text) => log.info(text);
      const once = () => definition.run(words, call);
      onStep?.(step.title);
      const isSoon = step.keyword === StepKeyword.Soon;
      try {
        await within(timing.stepMaxMs, isSoon ? soon(once, timing.soonMs) : once());
      } catch (error) {
        const trouble = bench.cloud.trouble?.();
        if (trouble === undefined) throw error;
        throw new Error(`${trouble}: ${(error as Error).message}`, { cause: error });
      }
    },
  };
}

async function soon(once: () => Promise<void>, soonMs: number): Promise<void> {
  const deadlineMs = performance.now() + soonMs;
  for (let pauseMs = retryMinMs; ; pauseMs = Math.min(pauseMs * 2, retryMaxMs)) {
    try {
      return await once();
    } catch (error) {
      if (error instanceof Final) throw error;
      if (performance.now() + pauseMs > deadlineMs) {
        throw new Error(`not within ${soonMs / 1000} s: ${(error as Error).message}`);
      }
    }
    await delay(pauseMs);
  }
}

async function within(limitMs: number, work: Promise<void>): Promise<void> {
  const stop = new AbortController();
  const late = delay(limitMs, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`the step did not end within ${limitMs / 1000} s`);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    late.catch(() => undefined);
    stop.abort();
  }
}
