import type { CloudHooks } from "../cloud/cloud.ts";
import { type Fault, faultsOf } from "../trackers/virtual/faults.ts";

/**
 * The faults that the cloud's side acts on: http, range-ignored, etag-change, mqtt-drop. Requests
 * are counted that ask for the file itself, without the HEAD that asks for its checksum.
 */
export function hooksFor(faults: readonly Fault[]): CloudHooks {
  const statuses = faultsOf(faults, "http");
  const ignored = faultsOf(faults, "range-ignored");
  const changed = faultsOf(faults, "etag-change");
  const dropped = faultsOf(faults, "mqtt-drop");
  let index = 0;
  return {
    onFileRequest(_, { method }) {
      if (method !== "GET") return undefined;
      index++;
      const status = statuses.find(({ request }) => request === index)?.status;
      if (status !== undefined) return { status };
      if (ignored.some(({ request }) => index === request)) return { ignoreRange: true };
      if (changed.some(({ request }) => index >= request)) return { etag: '"changed"' };
      return undefined;
    },
    onTrackerMessage({ index: number }) {
      return dropped.some(({ message }) => message === number) ? "drop" : undefined;
    },
  };
}
