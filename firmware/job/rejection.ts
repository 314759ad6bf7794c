import type { JsonValue } from "./json/value.ts";

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
  /** Until the next message. */
  readonly executionState: JsonValue;
}

export function parseRejection(body: JsonValue): Rejection {
  const code = body.at("code").text() ?? "";
  return {
    code,
    message: messageOf(body.at("message")),
    effect: effectOf(code),
    executionState: body.at("executionState"),
  };
}

/** AWS does not say how long one can be. */
function messageOf(value: JsonValue): string {
  if (value.kind() !== "string") return "";
  return value.text() ?? `(${value.length()} bytes)`;
}

/** Compared with each, not looked up: as a property's name, a code would stay in XS for ever. */
function effectOf(code: string): RejectionEffect {
  for (const known of Object.keys(rejectionEffects)) {
    if (known === code) return rejectionEffects[known] ?? "refused";
  }
  return "refused";
}
