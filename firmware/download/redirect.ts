import {
  type FileLocation,
  firstOf,
  formatAuthority,
  formatUrl,
  parseUrl,
  scheme,
} from "../url.ts";
import { OddAnswer } from "./odd-answer.ts";

/**
 * Follows a Location header (RFC 9110, 10.2.2; RFC 3986, 5.2).
 * @throws OddAnswer REDIRECT_REFUSED for what is not an https URL within bounds
 */
export function resolveRedirect(base: FileLocation, reference: string): FileLocation {
  const target = parseUrl(absolute(base, reference));
  if (target === undefined) {
    // Without the URL: its query may hold a signature, and the detail goes to the job.
    throw new OddAnswer("REDIRECT_REFUSED", `${base.host}: location of ${reference.length} bytes`);
  }
  return target;
}

function absolute(base: FileLocation, reference: string): string {
  if (reference.slice(0, 2) === "//") return `https:${reference}`;
  if (reference.slice(0, firstOf(reference, "/?#")).indexOf(":") >= 0) return reference;
  const origin = scheme + formatAuthority(base);
  const basePath = base.path.slice(0, firstOf(base.path, "?"));
  const first = reference.charAt(0);
  if (first === "/") return origin + withoutDots(reference);
  if (first === "?") return origin + basePath + reference;
  if (first === "" || first === "#") return formatUrl(base);
  return origin + withoutDots(basePath.slice(0, basePath.lastIndexOf("/") + 1) + reference);
}

/** RFC 3986, 5.2.4: takes `.` and `..` out of the path; the query stays as it is. */
function withoutDots(path: string): string {
  const queryStart = firstOf(path, "?#");
  const segments = path.slice(0, queryStart).split("/");
  const kept: string[] = [];
  for (let index = 1; index < segments.length; index += 1) {
    const segment = segments[index] ?? "";
    const dots = segment === "." || segment === "..";
    if (segment === "..") kept.pop();
    if (!dots) kept.push(segment);
    else if (index === segments.length - 1) kept.push("");
  }
  return `/${kept.join("/")}${path.slice(queryStart)}`;
}
