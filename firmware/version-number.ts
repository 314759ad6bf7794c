import type { VersionNumber } from "./ports/image.ts";

/** @returns undefined if `text` has another form or a number is out of range */
export function parseVersion(text: string): VersionNumber | undefined {
  const halves = text.split("+");
  const parts = (halves[0] as string).split(".");
  const major = parseNumber(parts[0], 0xff);
  const minor = parseNumber(parts[1], 0xff);
  const revision = parseNumber(parts[2], 0xffff);
  const build = halves.length === 1 ? 0 : parseNumber(halves[1], 0xffffffff);
  if (parts.length !== 3 || halves.length > 2) return undefined;
  if (major < 0 || minor < 0 || revision < 0 || build < 0) return undefined;
  return { major, minor, revision, build };
}

/** Decimal digits without a leading zero; -1 if it is not that or above `max`. */
function parseNumber(text: string | undefined, max: number): number {
  if (text === undefined || text.length === 0 || text.length > 10) return -1;
  if (text.length > 1 && text[0] === "0") return -1;
  let value = 0;
  for (let index = 0; index < text.length; index++) {
    const digit = text.charCodeAt(index) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value <= max ? value : -1;
}

/** `1.2.3`, and `1.2.3+4` where the build number is not 0. */
export function versionText(version: VersionNumber): string {
  const text = `${version.major}.${version.minor}.${version.revision}`;
  return version.build === 0 ? text : `${text}+${version.build}`;
}

/** `version` as far as `text` goes: without a build number it leaves the build open, as 0. */
export function openAs(text: string, version: VersionNumber): VersionNumber {
  const { major, minor, revision, build } = version;
  return { major, minor, revision, build: text.indexOf("+") < 0 ? 0 : build };
}

/** Whether an image of version `found` is what `text` asks for. */
export function isVersion(text: string, found: VersionNumber): boolean {
  const asked = parseVersion(text);
  return asked !== undefined && compareVersions(openAs(text, found), asked) === 0;
}

/**
 * Orders by major, minor, revision, then build. Unlike Semantic Versioning 2.0.0, and like
 * imgtool's downgrade check, the build number counts.
 * @returns negative when `one` is older than `other`, 0 when they are the same version
 */
export function compareVersions(one: VersionNumber, other: VersionNumber): number {
  if (one.major !== other.major) return one.major - other.major;
  if (one.minor !== other.minor) return one.minor - other.minor;
  if (one.revision !== other.revision) return one.revision - other.revision;
  return one.build - other.build;
}
