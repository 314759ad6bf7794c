import type { RunEvent } from "../record/run-event.ts";
import type { Scene } from "../record/scene.ts";

interface Props {
  readonly scene: Scene;
  readonly events: readonly RunEvent[];
  readonly isLive: boolean;
  readonly isConnected: boolean;
}

/** Where the update is, in words. */
export function Status({ scene, events, isLive, isConnected }: Props) {
  const { run } = scene;
  const last = events.at(-1);
  const end = last?.kind === "end" ? last : undefined;
  return (
    <div class="status">
      <p class={end === undefined ? "" : end.done ? "good" : "bad"} role="status" id="outcome">
        {end?.text ?? (run === undefined ? "waiting for a run" : `updating to ${run.to}`)}
      </p>
      <p>{run === undefined ? " " : describeRun(run, scene.link)}</p>
      <p id="now">
        {scene.hasPower ? (scene.phase ?? "on") : "off"}
        {scene.boot === undefined ? "" : `, runs ${scene.boot.running}`}
        {`; resets ${scene.resets}, power cuts ${scene.powerCuts}, flash operations ${scene.operations}`}
        {scene.isFull ? "; the record is full" : ""}
        {isLive && !isConnected ? "; the rig is gone, waiting for the next run" : ""}
      </p>
    </div>
  );
}

function describeRun(run: NonNullable<Scene["run"]>, link: string): string {
  const { startedAt, board, faults } = run;
  const wrong = faults.length === 0 ? "" : `, faults: ${faults.join(", ")}`;
  return `${startedAt.replace("T", " ").slice(0, 19)} UTC, board ${board}, link ${link}${wrong}`;
}
