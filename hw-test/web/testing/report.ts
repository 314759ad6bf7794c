import type { RunEvent } from "../record/run-event.ts";

/** What a report keeps of its run. */
export function eventsIn(html: string): RunEvent[] {
  const found = /<script type="application\/json" id="events">(.*?)<\/script>/s.exec(html);
  return JSON.parse(found?.[1] ?? "null") as RunEvent[];
}
