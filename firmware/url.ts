import { consistsOf, isAlphanumeric } from "./characters.ts";
import { config } from "./config.ts";

/** Where a file lies: an https URL in the three parts that a request needs. */
export interface FileLocation {
  /** DNS name or IPv4 address, lower case. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  /** With its leading slash and its query, percent-encoded (RFC 9112, 3.2.1, origin-form). */
  readonly path: string;
}

export const scheme = "https://";
const httpsPort = 443;
/** RFC 1035, 2.3.4: a name has at most 255 octets on the wire, which are 253 characters. */
const hostMaxChars = 253;

/** @returns undefined for anything but an https URL within `config.urlMaxBytes` */
export function parseUrl(text: string): FileLocation | undefined {
  // The length first: nothing looks at a text that is longer than a URL may be.
  if (text.length > config.urlMaxBytes) return undefined;
  if (text.slice(0, scheme.length).toLowerCase() !== scheme) return undefined;
  const rest = text.slice(scheme.length);
  const authorityEnd = firstOf(rest, "/?#");
  const authority = rest.slice(0, authorityEnd);
  const colon = authority.indexOf(":");
  const location = {
    host: (colon < 0 ? authority : authority.slice(0, colon)).toLowerCase(),
    port: colon < 0 ? httpsPort : parsePort(authority.slice(colon + 1)),
    path: parsePath(rest.slice(authorityEnd)),
  };
  return isUsable(location) ? location : undefined;
}

export function formatUrl(location: FileLocation): string {
  return `${scheme}${formatAuthority(location)}${location.path}`;
}

/** The value of the Host header: the port only where it is not the scheme's own. */
export function formatAuthority(location: FileLocation): string {
  return location.port === httpsPort ? location.host : `${location.host}:${location.port}`;
}

/** Whether a request can be made of it: what is let through here is written to the socket as is. */
export function isUsable(location: FileLocation): boolean {
  if (formatUrl(location).length > config.urlMaxBytes || !isHost(location.host)) return false;
  if (!(location.port >= 1 && location.port <= 65_535)) return false;
  return location.path.charAt(0) === "/" && isPrintable(location.path);
}

/** Index of the first character of `text` that is one of `characters`, or its length. */
export function firstOf(text: string, characters: string): number {
  let first = text.length;
  for (const character of characters) {
    const index = text.indexOf(character);
    if (index >= 0 && index < first) first = index;
  }
  return first;
}

/** @returns 0, which is no port, for what is not a number; the scheme's own for nothing */
function parsePort(text: string): number {
  if (text.length === 0) return httpsPort;
  let port = 0;
  for (let index = 0; index < text.length; index += 1) {
    const digit = text.charCodeAt(index) - 0x30;
    if (digit < 0 || digit > 9 || port > 65_535) return 0;
    port = port * 10 + digit;
  }
  return port;
}

function parsePath(text: string): string {
  const path = text.slice(0, firstOf(text, "#"));
  return path.charAt(0) === "/" ? path : `/${path}`;
}

/** Letters, digits, `-`, `.`, and `_`, which some bucket names have. */
function isHost(text: string): boolean {
  return text.length > 0 && text.length <= hostMaxChars && isAlphanumeric(text, "-._");
}

function isPrintable(text: string): boolean {
  return text.length === 0 || consistsOf(text, (code) => code > 0x20 && code < 0x7f);
}
