import { useEffect, useRef } from "preact/hooks";
import type { RunEvent } from "../record/run-event.ts";
import { seconds } from "./text.ts";

/** The newest. */
const LINES_MAX = 500;

interface Props {
  readonly events: readonly RunEvent[];
  readonly atMs: number;
}

type Line = Extract<RunEvent, { readonly kind: "console" }>;

/** The tracker's serial console. */
export function ConsoleView({ events, atMs }: Props) {
  const lines = events.filter(
    (event): event is Line => event.kind === "console" && event.atMs <= atMs,
  );
  const first = Math.max(0, lines.length - LINES_MAX);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { current } = box;
    if (current !== null) current.scrollTop = current.scrollHeight;
  }, [lines.length]);
  return (
    <section aria-labelledby="console-title" class="console">
      <h2 id="console-title">Console</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <div class="scroll" ref={box} role="log" aria-labelledby="console-title" tabIndex={0}>
        {lines.slice(first).map(({ atMs: ms, text }, index) => (
          <div key={first + index}>
            <span class="when">{seconds(ms)}</span> {text}
          </div>
        ))}
      </div>
    </section>
  );
}
