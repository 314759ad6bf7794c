import { InvalidArgumentError } from "@commander-js/extra-typings";

const MOST_SECONDS = 0xffffffff;

/**
 * Parser of `--expires`: `2030-01-31`, which is the end of that day in UTC, a time with its zone
 * (`2030-01-31T12:00:00Z`), or seconds since 1970.
 * @returns seconds since 1970, 1 to 2^32 - 1
 */
export function expiry(text: string): number {
  const seconds = /^\d{5,10}$/.test(text) ? Number(text) : secondsOf(text);
  if (seconds >= 1 && seconds <= MOST_SECONDS) return seconds;
  throw new InvalidArgumentError(
    "2030-01-31, 2030-01-31T12:00:00Z or seconds since 1970, up to 2106",
  );
}

function secondsOf(text: string): number {
  const form = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$/.exec(text);
  if (form === null) return Number.NaN;
  const [, day = "", time] = form;
  // Date takes 31 February for 3 March.
  const isDay = new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day) === true;
  const moment = Date.parse(time === undefined ? `${day}T23:59:59Z` : text);
  return isDay ? Math.floor(moment / 1000) : Number.NaN;
}
