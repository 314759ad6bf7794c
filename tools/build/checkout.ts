import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { UsageError } from "../command-line/usage-error.ts";

/**
 * What builds firmware comes with a checkout; the package on npm has the client's module, and what
 * makes releases.
 * @throws UsageError that says so
 */
export function requireCheckout(what: string): void {
  const paths = createRequire(import.meta.url).resolve.paths("@agoric/xsnap") ?? [];
  if (paths.some((path) => existsSync(`${path}/@agoric/xsnap`))) return;
  throw new UsageError(`${what} needs a checkout of tracker-fota, and npm ci in it`);
}
