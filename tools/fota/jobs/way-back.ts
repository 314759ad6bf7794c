import type { FileFacts } from "../../../firmware/job/document.ts";
import { compareVersions, parseVersion } from "../../../firmware/version-number.ts";

type Release = Pick<FileFacts, "version" | "securityCounter" | "hardware">;

/**
 * Why trackers that run `taken` would refuse `back`, by the tracker's own rules as far as the two releases
 * show it (firmware/update/admission.ts); undefined: they would not.
 * @param isDowngradeAllowed what their settings say
 */
export function whyRefused(
  taken: Release,
  back: Release,
  isDowngradeAllowed: boolean,
): string | undefined {
  if (back.hardware !== taken.hardware) {
    const name = (hardware: string | undefined) => hardware ?? "no hardware id";
    return `${back.version} is for ${name(back.hardware)}, the trackers are ${name(taken.hardware)}`;
  }
  if (back.securityCounter < taken.securityCounter) {
    return (
      `${back.version} has the security counter ${back.securityCounter}, ${taken.version} that the ` +
      `trackers have confirmed ${taken.securityCounter}: they would refuse it (SECURITY_COUNTER)`
    );
  }
  const [old, now] = [parseVersion(back.version), parseVersion(taken.version)];
  const isLower = old !== undefined && now !== undefined && compareVersions(old, now) < 0;
  if (!isLower || isDowngradeAllowed) return undefined;
  return (
    `${back.version} is below ${taken.version}: trackers refuse it (VERSION_DOWNGRADE) unless they are ` +
    "provisioned with allowDowngrade; then give --downgrade-allowed, or pack it under a higher version"
  );
}
