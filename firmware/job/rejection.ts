import { ownField } from "./fields.ts";

/**
 * What follows from a rejection.
 * - `gone`: the execution is over or deleted, there is nothing left to do for it;
 * - `version`: it has changed since the last reply: look at it, then ask again;
 * - `again`: ask again, later;
 * - `refused`: it will be refused again.
 */
export type RejectionEffect = "gone" | "version" | "again" | "refused";

/** AWS IoT developer guide, "ErrorResponse"; a code that is not here is `refused`. */
export const rejectionEffects: Readonly<Record<string, RejectionEffect>> = Object.freeze({
  InvalidStateTransition: "gone",
  TerminalStateReached: "gone",
  ResourceNotFound: "gone",
  VersionMismatch: "version",
  RequestThrottled: "again",
  InternalError: "again",
  InvalidTopic: "refused",
  InvalidJson: "refused",
  InvalidRequest: "refused",
});

/** The body of a `…/rejected` message. */
export interface Rejection {
  readonly code: string;
  /** For people. */
  readonly message: string;
  readonly effect: RejectionEffect;
  readonly executionState: unknown;
}

export function parseRejection(body: Readonly<Record<string, unknown>>): Rejection {
  const code = textOf(ownField(body, "code"));
  const effect = ownField(rejectionEffects, code);
  return {
    code,
    message: textOf(ownField(body, "message")),
    effect: effect === undefined ? "refused" : (effect as RejectionEffect),
    executionState: ownField(body, "executionState"),
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
