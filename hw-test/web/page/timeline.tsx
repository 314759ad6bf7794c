import { orderForms } from "../record/orders.ts";
import type { RunEvent } from "../record/run-event.ts";
import type { Lanes, Span } from "../record/spans.ts";
import { seconds } from "./text.ts";

interface Props {
  readonly lanes: Lanes;
  readonly events: readonly RunEvent[];
  readonly atMs: number;
  readonly endMs: number;
  readonly choose: (ms: number) => void;
}

/** A moment that is marked on a lane. */
interface Mark {
  readonly atMs: number;
  readonly name: string;
  readonly kind: string;
}

/** What went on at the same time; a click chooses the time. */
export function Timeline({ lanes, events, atMs, endMs, choose }: Props) {
  const end = Math.max(endMs, 1);
  const share = (ms: number): string => `${((ms / end) * 100).toFixed(3)}%`;
  const row = (title: string, spans: readonly Span[], marks: readonly Mark[] = []) => (
    <li class="lane">
      <span class="lane-title">{title}</span>
      <span class="lane-track">
        {spans.map(({ name, startMs, endMs: spanEnd = end }) => (
          <span
            key={startMs}
            class={`span ${name}`}
            style={{ left: share(startMs), width: share(spanEnd - startMs) }}
            title={`${name}: ${seconds(startMs)} to ${seconds(spanEnd)}`}
          >
            {name}
          </span>
        ))}
        {marks.map((mark, index) => (
          <span
            key={index}
            class={`mark ${mark.kind}`}
            style={{ left: share(mark.atMs) }}
            title={`${mark.name}: ${seconds(mark.atMs)}`}
          />
        ))}
        <span class="cursor" style={{ left: share(atMs) }} />
      </span>
    </li>
  );
  const onClick = (event: MouseEvent): void => {
    const track = (event.target as Element).closest(".lane-track");
    if (track === null) return;
    const { left, width } = track.getBoundingClientRect();
    choose(Math.round(((event.clientX - left) / width) * end));
  };
  return (
    <section aria-labelledby="timeline-title" class="timeline">
      <h2 id="timeline-title">Timeline</h2>
      {/* biome-ignore lint/a11y: the time bar above does the same for the keyboard */}
      <ul class="lanes" onClick={onClick}>
        {row("phase", lanes.phases)}
        {row("power", lanes.power, powerMarks(events))}
        {row("broker", lanes.broker, messageMarks(events))}
        {row("files", lanes.files)}
      </ul>
      <ol class="turns">
        {powerMarks(events).map(({ atMs: ms, name }, index) => (
          <li key={index}>
            {seconds(ms)} {name}
          </li>
        ))}
      </ol>
    </section>
  );
}

function powerMarks(events: readonly RunEvent[]): Mark[] {
  return events.flatMap((event) => {
    if (event.kind === "powerOff") {
      const name = event.end === "software" ? "reset by the firmware" : event.end;
      return [{ atMs: event.atMs, name, kind: event.end === "power-cut" ? "cut" : "reset" }];
    }
    if (event.kind === "order") {
      const name = `by hand: ${orderForms[event.name].label} ${event.value}`.trimEnd();
      return [{ atMs: event.atMs, name, kind: "order" }];
    }
    if (event.kind !== "boot") return [];
    const { atMs, swap, running, refused } = event;
    const name = `boots ${running || "nothing"}, swap ${swap}${refused ? ", one refused" : ""}`;
    return [{ atMs, name, kind: "boot" }];
  });
}

function messageMarks(events: readonly RunEvent[]): Mark[] {
  return events.flatMap((event) =>
    event.kind === "message"
      ? [{ atMs: event.atMs, name: event.topic, kind: `message ${event.from}` }]
      : [],
  );
}
