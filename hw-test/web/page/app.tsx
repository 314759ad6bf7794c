import { useEffect, useMemo, useState } from "preact/hooks";
import { sceneAt } from "../record/scene.ts";
import { lanesOf } from "../record/spans.ts";
import { BytesPlot } from "./bytes-plot.tsx";
import { ConsoleView } from "./console-view.tsx";
import { ControlsBar } from "./controls-bar.tsx";
import type { Feed } from "./feed.ts";
import { FlashMap } from "./flash-map.tsx";
import { Jobs } from "./jobs.tsx";
import { Messages } from "./messages.tsx";
import { Status } from "./status.tsx";
import { TimeBar } from "./time-bar.tsx";
import { Timeline } from "./timeline.tsx";

/** The whole page: everything on it is of one time, the newest or the one that was chosen. */
export function App({ feed, isLive }: { readonly feed: Feed; readonly isLive: boolean }) {
  const [, redraw] = useState(0);
  useEffect(() => feed.onChange(() => redraw((count) => count + 1)), [feed]);
  const { events } = feed;
  const [chosen, setChosen] = useState<{ readonly run: unknown; readonly atMs: number }>();
  const first = events[0];
  const endMs = events.at(-1)?.atMs ?? 0;
  // A time that was chosen in one run means nothing in the next.
  const follows = chosen === undefined || chosen.run !== first;
  const atMs = follows ? endMs : Math.min(chosen.atMs, endMs);
  // The array grows in place: its length is what tells of more.
  const { length } = events;
  const scene = useMemo(() => sceneAt(events, atMs), [events, length, atMs]);
  const lanes = useMemo(() => lanesOf(events), [events, length]);
  const isUnderWay = first !== undefined && events.at(-1)?.kind !== "end";
  const choose = (ms: number | undefined): void =>
    setChosen(ms === undefined ? undefined : { run: first, atMs: ms });

  return (
    <>
      <header>
        <h1>tracker-fota</h1>
        <Status scene={scene} events={events} isLive={isLive} isConnected={feed.isConnected} />
      </header>
      <TimeBar atMs={atMs} endMs={endMs} follows={follows} isLive={isLive} choose={choose} />
      {isLive && <ControlsBar feed={feed} isOn={feed.isConnected && isUnderWay} />}
      <main>
        <FlashMap scene={scene} />
        <Jobs scene={scene} />
        <BytesPlot events={events} atMs={atMs} endMs={endMs} />
        <Timeline lanes={lanes} events={events} atMs={atMs} endMs={endMs} choose={choose} />
        <Messages events={events} atMs={atMs} />
        <ConsoleView events={events} atMs={atMs} />
      </main>
    </>
  );
}
