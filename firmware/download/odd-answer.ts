import { Failure } from "../failure.ts";

/**
 * An answer that is not what was asked for, or no HTTP. It costs an attempt: a proxy, a portal or a
 * server that is being restarted gives one now and then. With the last attempt the download fails,
 * and this is what it fails with.
 */
export class OddAnswer extends Failure {}

/** What breaks the rules of HTTP, or a bound of `config`. */
export function malformed(what: string): OddAnswer {
  return new OddAnswer("HTTP_RESPONSE", what);
}
