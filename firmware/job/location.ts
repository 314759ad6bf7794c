import { consistsOf, isAlphanumeric, isHexDigit } from "../characters.ts";
import { config } from "../config.ts";
import { Failure } from "../failure.ts";
import { type FileLocation, parseUrl, scheme } from "../url.ts";
import { invalid, textField } from "./document-fields.ts";
import type { JsonValue } from "./json/value.ts";

/**
 * RFC 3986, 2: reserved and unreserved characters besides letters and digits, and the percent
 * sign; `#` starts no request.
 */
const urlMarks = "._~:/?[]@!$&'()*+,;=%-";
/** RFC 1035 names and IPv4 addresses, and `_`, which old bucket names have. */
const hostMarks = "._-";

/**
 * The document's `location`: `url`, which takes precedence, or `protocol`, `host` (maybe with a
 * port) and `path` (with or without its leading slash).
 * @throws Failure DOCUMENT_INVALID, LOCATION_UNSUPPORTED, URL_TOO_LONG. The detail never holds the
 *   URL: its query may be a signature.
 */
export function parseLocation(location: JsonValue): FileLocation {
  if (location.kind() !== "object") return invalid("location", "not an object");
  const isUrl = location.at("url").kind() !== "absent";
  return splitUrl(isUrl ? wholeUrl(location) : joinedUrl(location));
}

function wholeUrl(location: JsonValue): string {
  const url = urlText(location, "url");
  checkLength(url.length());
  return url.text() ?? unsupported("not a text");
}

/** The length first: nothing looks at a text that is longer than a URL may be. */
function joinedUrl(location: JsonValue): string {
  const protocol = textField(location, "protocol", config.documentTextMaxChars).toLowerCase();
  const host = urlText(location, "host");
  const path = urlText(location, "path");
  if (protocol !== "https" && protocol !== "https:") unsupported("protocol is not https");
  checkLength(scheme.length + host.length() + path.length());
  const hostText = host.text() ?? unsupported(`a host of ${host.length()} bytes`);
  // Else a slash, a query or a user name in it would change what the path means.
  if (!isAlphanumeric(hostText.replace(":", ""), hostMarks)) unsupported("a character in the host");
  const pathText = path.text() ?? unsupported("not a text");
  const url = `${scheme}${hostText}${pathText.charAt(0) === "/" ? "" : "/"}${pathText}`;
  checkLength(url.length);
  return url;
}

function checkLength(byteLength: number): void {
  if (byteLength <= config.urlMaxBytes) return;
  const detail = `location: ${byteLength} bytes, at most ${config.urlMaxBytes}`;
  throw new Failure("URL_TOO_LONG", detail);
}

/** Of any length, so that one that is too long gets its own code. */
function urlText(location: JsonValue, name: string): JsonValue {
  const value = location.at(name);
  if (value.kind() !== "string" || value.length() === 0) {
    return invalid(`location.${name}`, value.kind() === "absent" ? "missing" : "not a text");
  }
  return value;
}

function splitUrl(url: string): FileLocation {
  // A space or a line end would end the request line, and what follows would be headers.
  if (!isAlphanumeric(url, urlMarks)) unsupported("a character that a URL cannot have");
  if (hasBrokenPercent(url)) unsupported("a percent sign without two hexadecimal digits");
  const location = parseUrl(url);
  return location ?? unsupported("not an https URL this client can use");
}

function hasBrokenPercent(url: string): boolean {
  let at = url.indexOf("%");
  while (at >= 0) {
    const digits = url.slice(at + 1, at + 3);
    if (digits.length < 2 || !consistsOf(digits, isHexDigit)) return true;
    at = url.indexOf("%", at + 1);
  }
  return false;
}

function unsupported(why: string): never {
  throw new Failure("LOCATION_UNSUPPORTED", `location: ${why}`);
}
