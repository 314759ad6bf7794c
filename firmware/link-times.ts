import { config } from "./config.ts";

/** What a link may take, ms. */
export interface LinkTimes {
  /** Until a connection is made, TLS and all. */
  readonly connectMs: number;
  /** Until an answer comes, or the next byte of one. */
  readonly answerMs: number;
}

export const usualLinkTimes: LinkTimes = Object.freeze({
  connectMs: config.connectTimeoutMs,
  answerMs: config.answerTimeoutMs,
});

interface LinkSettings {
  readonly connectTimeoutMs?: number | undefined;
  readonly answerTimeoutMs?: number | undefined;
}

export function linkTimesOf({ connectTimeoutMs, answerTimeoutMs }: LinkSettings): LinkTimes {
  return {
    connectMs: connectTimeoutMs ?? config.connectTimeoutMs,
    answerMs: answerTimeoutMs ?? config.answerTimeoutMs,
  };
}
