import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { RunEvent } from "../record/run-event.ts";
import { kilobytes } from "./text.ts";

const HEIGHT_PX = 220;

interface Props {
  readonly events: readonly RunEvent[];
  readonly atMs: number;
  readonly endMs: number;
}

type Sample = Extract<RunEvent, { readonly kind: "bytes" }>;

/** Payload bytes so far, over time, and what the link's rate allows. */
export function BytesPlot({ events, atMs, endMs }: Props) {
  const samples = events.filter((event): event is Sample => event.kind === "bytes");
  const rates = ratesOf(events);
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);

  useEffect(() => {
    const { current } = box;
    if (current === null) return undefined;
    const draw = (): void => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsFor(current), [[], [], [], []], current);
      plot.current.setData(dataOf(samples, rates, endMs));
    };
    draw();
    const resized = new ResizeObserver(() => {
      plot.current?.setSize({ width: current.clientWidth, height: HEIGHT_PX });
    });
    resized.observe(current);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", draw);
    return () => {
      resized.disconnect();
      dark.removeEventListener("change", draw);
      plot.current?.destroy();
    };
  }, []);
  useEffect(() => {
    plot.current?.setData(dataOf(samples, rates, endMs));
  }, [samples.length, endMs, rates.length]);

  const now = samples.findLast((sample) => sample.atMs <= atMs);
  const bitsPerSecond = rates.findLast((rate) => rate.fromMs <= atMs)?.bitsPerSecond;
  const limit = bitsPerSecond === undefined ? "no limit" : `${kilobytes(bitsPerSecond / 8)}/s`;
  return (
    <section aria-labelledby="bytes-title" class="bytes">
      <h2 id="bytes-title">Bytes</h2>
      <p class="detail">
        {`files ${kilobytes(now?.files.down ?? 0)} down, ${kilobytes(now?.files.up ?? 0)} up; `}
        {`broker ${kilobytes(now?.broker.down ?? 0)} down, ${kilobytes(now?.broker.up ?? 0)} up; `}
        {`link: ${limit}`}
      </p>
      <div class="plot" ref={box} role="img" aria-label="Bytes received over time" />
    </section>
  );
}

/** Of the link, from a time on. */
interface Rate {
  readonly fromMs: number;
  /** undefined: no limit. */
  readonly bitsPerSecond: number | undefined;
}

function ratesOf(events: readonly RunEvent[]): Rate[] {
  return events.flatMap((event) =>
    event.kind === "run" || event.kind === "link"
      ? [{ fromMs: event.atMs, bitsPerSecond: event.bitsPerSecond }]
      : [],
  );
}

/** Bytes that the link lets through from one time to another; undefined: any number. */
function allowedBytes(rates: readonly Rate[], startMs: number, endMs: number): number | undefined {
  let bytes = 0;
  for (const [index, { fromMs, bitsPerSecond }] of rates.entries()) {
    const untilMs = Math.min(endMs, rates[index + 1]?.fromMs ?? endMs);
    const ms = untilMs - Math.max(startMs, fromMs);
    if (ms <= 0) continue;
    if (bitsPerSecond === undefined) return undefined;
    bytes += (ms / 1000) * (bitsPerSecond / 8);
  }
  return bytes;
}

function dataOf(
  samples: readonly Sample[],
  rates: readonly Rate[],
  endMs: number,
): uPlot.AlignedData {
  const last = samples.at(-1);
  // To the right edge: nothing came since the last sample.
  const all =
    last === undefined || last.atMs >= endMs ? samples : [...samples, { ...last, atMs: endMs }];
  const start = all.find(({ files }) => files.down > 0)?.atMs;
  const most = Math.max(0, ...all.map(({ files }) => files.down)) * 1.25;
  const limit = all.map(({ atMs }) => {
    if (start === undefined || atMs < start) return null;
    const allowed = allowedBytes(rates, start, atMs);
    return allowed === undefined || allowed > most ? null : allowed;
  });
  return [
    all.map(({ atMs }) => atMs / 1000),
    all.map(({ files }) => files.down),
    all.map(({ broker }) => broker.down + broker.up),
    limit,
  ];
}

function optionsFor(box: HTMLElement): uPlot.Options {
  const style = getComputedStyle(box);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const line = (label: string, name: string, dash: number[] = []): uPlot.Series => ({
    label,
    stroke: colour(name),
    width: 2,
    dash,
    points: { show: false },
    value: (_, value) => (value === null ? "–" : kilobytes(value)),
  });
  const axis = {
    stroke: colour("--ink"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line"), width: 1 },
  };
  return {
    width: box.clientWidth,
    height: HEIGHT_PX,
    scales: { x: { time: false } },
    cursor: { drag: { x: false, y: false } },
    axes: [
      { ...axis, values: (_, values) => values.map((value) => `${value} s`) },
      { ...axis, size: 70, values: (_, values) => values.map((value) => kilobytes(value)) },
    ],
    series: [
      { label: "at", value: (_, value) => (value === null ? "–" : `${value.toFixed(2)} s`) },
      line("files, down", "--new"),
      line("broker, both ways", "--old"),
      line("the link's limit", "--bad", [6, 4]),
    ],
  };
}
