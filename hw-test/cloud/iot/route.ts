import type { JsonObject } from "../json.ts";
import { invalidRequest } from "../serviceError.ts";

/** One request to a service of REST and JSON, its path matched. */
export interface Call {
  /** The `{name}` parts of the route, decoded. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** A header of the request, by its name in lower case. */
  readonly header: (name: string) => string | undefined;
  readonly body: JsonObject;
}

/** @returns the response's body; throws a ServiceError */
export type Operation = (call: Call) => JsonObject;

export interface Route {
  readonly method: string;
  /** For example `/things/{thingName}`. */
  readonly pattern: string;
  readonly run: Operation;
}

export function route(method: string, pattern: string, run: Operation): Route {
  return { method, pattern, run };
}

/** The first route that fits. @param path percent-encoded */
export function findRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { readonly route: Route; readonly path: Readonly<Record<string, string>> } | undefined {
  const parts = path.split("/");
  for (const candidate of routes) {
    const values = candidate.method === method ? match(candidate.pattern, parts) : undefined;
    if (values !== undefined) return { route: candidate, path: values };
  }
  return undefined;
}

function match(
  pattern: string,
  parts: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const wanted = pattern.split("/");
  if (wanted.length !== parts.length) return undefined;
  const values: Record<string, string> = {};
  for (const [index, name] of wanted.entries()) {
    const part = parts[index] ?? "";
    if (name.startsWith("{")) values[name.slice(1, -1)] = decode(part);
    else if (name !== decode(part)) return undefined;
  }
  return values;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw invalidRequest(`${part} is not percent-encoded UTF-8`);
  }
}

/** A `{name}` part of the path; the route's pattern has it. */
export function pathPart(call: Call, name: string): string {
  return call.path[name] ?? "";
}

export function queryFlag(call: Call, name: string): boolean {
  return call.query.get(name) === "true";
}
