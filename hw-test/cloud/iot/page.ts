import type { Json, JsonObject } from "../json.ts";
import { invalidRequest } from "../serviceError.ts";
import type { Call } from "./route.ts";

/** AWS IoT lists at most this many at a time. */
const pageMaxItems = 250;

/**
 * One page of a list, as `maxResults` and `nextToken` of the query ask for it. The token is the
 * index of the first item: a list that changes between two pages may repeat or skip one.
 */
export function page(call: Call, name: string, items: readonly Json[]): JsonObject {
  const count = integer(call, "maxResults") ?? pageMaxItems;
  if (count < 1 || count > pageMaxItems)
    throw invalidRequest(`maxResults ${count} is not 1 to 250`);
  const start = integer(call, "nextToken") ?? 0;
  const end = start + count;
  const list = { [name]: items.slice(start, end) };
  return end < items.length ? { ...list, nextToken: String(end) } : list;
}

function integer(call: Call, name: string): number | undefined {
  const text = call.query.get(name);
  if (text === null) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw invalidRequest(`${name} ${text} is not valid`);
  return Number(text);
}
