/**
 * What a status means for the download:
 * - `part`, `whole`: a body follows that is ours;
 * - `redirect`: the file is elsewhere;
 * - `denied`: the URL has expired, or never was good;
 * - `missing`: there is no such file;
 * - `later`: try again after a while;
 * - `unsatisfiable`: the file is shorter than the range asked for;
 * - `refused`: anything else, which a retry seldom mends.
 */
export type Reaction =
  | "part"
  | "whole"
  | "redirect"
  | "denied"
  | "missing"
  | "later"
  | "unsatisfiable"
  | "refused";

interface Row {
  readonly from: number;
  readonly to: number;
  readonly reaction: Reaction;
}

function row(from: number, to: number, reaction: Reaction): Row {
  return Object.freeze({ from, to, reaction });
}

/** RFC 9110, 15, and RFC 6585 (429), RFC 8470 (425). What is not listed is `refused`. */
const table: readonly Row[] = Object.freeze([
  row(200, 200, "whole"),
  row(206, 206, "part"),
  row(301, 303, "redirect"),
  row(307, 308, "redirect"),
  row(401, 401, "denied"),
  row(403, 403, "denied"),
  row(404, 404, "missing"),
  row(408, 408, "later"),
  row(410, 410, "missing"),
  row(416, 416, "unsatisfiable"),
  row(425, 425, "later"),
  row(429, 429, "later"),
  row(500, 599, "later"),
]);

/**
 * Whether the server says that it cannot now, and is well otherwise: it is busy (429, 503), a proxy
 * does not reach it (502, 504), or the network wants something first (511).
 */
export function isBusy(status: number): boolean {
  return status === 429 || (status >= 502 && status <= 504) || status === 511;
}

export function reactionTo(status: number): Reaction {
  for (const entry of table) {
    if (status >= entry.from && status <= entry.to) return entry.reaction;
  }
  return "refused";
}
