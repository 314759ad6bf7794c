import { useEffect, useState } from "preact/hooks";
import { seconds } from "./text.ts";

interface Props {
  readonly atMs: number;
  readonly endMs: number;
  readonly follows: boolean;
  readonly isLive: boolean;
  readonly choose: (ms: number | undefined) => void;
}

const FRAME_MS = 50;
/** A run is played in so long, however long it took. */
const PLAY_MS = 10_000;

/** Chooses the time that the page shows; plays a run again. */
export function TimeBar({ atMs, endMs, follows, isLive, choose }: Props) {
  const [plays, setPlays] = useState(false);
  useEffect(() => {
    if (!plays) return undefined;
    const timer = setTimeout(() => {
      const next = atMs + (endMs * FRAME_MS) / PLAY_MS;
      if (next >= endMs) setPlays(false);
      choose(Math.min(next, endMs));
    }, FRAME_MS);
    return () => clearTimeout(timer);
  }, [plays, atMs]);

  const play = (): void => {
    if (!plays && atMs >= endMs) choose(0);
    setPlays(!plays);
  };
  return (
    <form class="time" onSubmit={(event) => event.preventDefault()}>
      <button type="button" onClick={play} id="play">
        {plays ? "Stop" : "Play"}
      </button>
      <label for="time">Time</label>
      <input
        id="time"
        type="range"
        min={0}
        max={endMs}
        step={1}
        value={atMs}
        aria-valuetext={seconds(atMs)}
        onInput={({ currentTarget }) => {
          setPlays(false);
          choose(Number(currentTarget.value));
        }}
      />
      <output for="time">{seconds(atMs)}</output>
      <button type="button" disabled={follows} onClick={() => choose(undefined)}>
        {isLive ? "Live" : "End"}
      </button>
    </form>
  );
}
