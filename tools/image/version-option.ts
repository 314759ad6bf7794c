import { InvalidArgumentError } from "@commander-js/extra-typings";
import { parseVersion } from "../../firmware/version-number.ts";

/** Parser of an option that is a version in MCUboot's terms. */
export function imageVersion(text: string): string {
  if (parseVersion(text) !== undefined) return text;
  throw new InvalidArgumentError("1.2.3 or 1.2.3+4 (255.255.65535 at most)");
}
