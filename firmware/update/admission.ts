import { Failure } from "../failure.ts";
import type { JobDocument } from "../job/document.ts";
import type { VersionNumber } from "../ports/image.ts";
import type { Platform } from "../ports/platform.ts";
import type { Settings } from "../settings.ts";
import { slotLayout } from "../slot/layout.ts";
import { runningVersionNumber } from "../verify/identity.ts";
import { compareVersions, openAs, parseVersion, versionText } from "../version-number.ts";
import type { Trust } from "./trust.ts";

export interface Facts {
  readonly settings: Settings;
  readonly platform: Platform;
  readonly trust: Trust;
  /** The service's time of day, seconds since 1970; undefined where it did not say. */
  readonly nowS: number | undefined;
}

/** The longest way to write one byte as HEX: a record of its own, `:01aaaa00ddcc` and CRLF. */
const hexCharsPerByteMax = 15;

/**
 * Refuses what can be refused before a byte is downloaded.
 * @throws Failure
 */
export function admit(document: JobDocument, facts: Facts): void {
  const { settings, platform } = facts;
  const { hardware, imageSize, size } = document;
  if (hardware !== settings.hardware) {
    const ours = settings.hardware ?? "not set";
    throw new Failure("HARDWARE_MISMATCH", `for ${hardware ?? "any"}, this is ${ours}`);
  }
  admitVersion(document, settings, runningVersionNumber(platform));
  admitRelease(document, facts);
  const imageMaxBytes = slotLayout(platform.secondary.geometry).imageMaxBytes;
  if (imageSize !== undefined && imageSize > imageMaxBytes) {
    throw new Failure("IMAGE_TOO_LARGE", `${imageSize} bytes, at most ${imageMaxBytes}`);
  }
  const fileMaxBytes = imageMaxBytes * hexCharsPerByteMax;
  if (size > fileMaxBytes) {
    throw new Failure("FILE_TOO_LARGE", `${size} bytes, at most ${fileMaxBytes}`);
  }
}

function admitRelease(document: JobDocument, { settings, trust, nowS }: Facts): void {
  const { securityCounter, expires, sha256 } = document;
  const floor = trust.floor();
  if (securityCounter < floor) {
    throw new Failure("SECURITY_COUNTER", `${securityCounter}, at least ${floor}`);
  }
  if (expires > 0 && (nowS === undefined || nowS > expires)) {
    throw new Failure("RELEASE_EXPIRED", `at ${expires}, now ${nowS ?? "unknown"}`);
  }
  const isVouchedFor = trust.isSigned || sha256 !== undefined || settings.evidence === "optional";
  if (!isVouchedFor) throw new Failure("EVIDENCE_MISSING", "the job has no sha256");
}

/** @param running undefined where the running image's header cannot be read */
function admitVersion(
  document: JobDocument,
  settings: Settings,
  running: VersionNumber | undefined,
): void {
  const offered = parseVersion(document.version);
  if (offered === undefined && settings.imageHeader === "required") {
    throw new Failure("DOCUMENT_INVALID", "fwversion: not major.minor.revision[+build]");
  }
  if (running === undefined) return;
  const { version } = document;
  const isLower = offered !== undefined && compareVersions(offered, openAs(version, running)) < 0;
  if (isLower && !settings.allowDowngrade) {
    throw new Failure("VERSION_DOWNGRADE", `${version}, ${versionText(running)} runs`);
  }
  if (document.minVersion === undefined) return;
  const least = parseVersion(document.minVersion);
  if (least === undefined) throw new Failure("DOCUMENT_INVALID", "minVersion: not a version");
  if (compareVersions(running, least) < 0) {
    throw new Failure("VERSION_TOO_OLD_HERE", `needs ${document.minVersion}`);
  }
}
