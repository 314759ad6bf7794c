import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { BoardProgram } from "../../../hw-test/trackers/boards.ts";
import { endings, type ResetCause } from "../../../hw-test/trackers/virtual/power-cycle.ts";
import { RestartGuard } from "../../../hw-test/trackers/virtual/restart-guard.ts";
import type { OnLine, Source } from "./source.ts";

const RESTARTS_PER_MINUTE_MAX = 10;

/**
 * The console of a board without hardware, switched on, and on again after each reset. It has no
 * network: that is `npm start`.
 */
export function openBoard(board: BoardProgram, flashPath: string, onLine: OnLine): Source {
  const guard = new RestartGuard(RESTARTS_PER_MINUTE_MAX);
  let child: ChildProcess | undefined;
  let isClosed = false;
  const ended = new Promise<string | undefined>((resolve) => {
    const powerCycle = (cause: ResetCause): void => {
      const fixed = ["run", flashPath, "--reset-cause", cause, "--no-rig"];
      child = spawn(board.program, [...(board.before ?? []), ...fixed, ...board.arguments], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
      lines.on("line", (line) => !isClosed && onLine(line));
      child.on("error", ({ message }) => resolve(message));
      child.on("close", (code) => {
        if (isClosed) return resolve(undefined);
        const [end, ending] =
          Object.entries(endings).find(([, { exitCode }]) => exitCode === code) ?? [];
        if (ending?.next === undefined) return resolve(`the board ended: ${end ?? `code ${code}`}`);
        onLine(`-- ${end}`);
        if (guard.allow(Date.now())) powerCycle(ending.next);
        else resolve(`boot loop: ${guard.describe()}`);
      });
    };
    powerCycle("power-on");
  });
  const close = (): void => {
    isClosed = true;
    child?.kill("SIGKILL");
  };
  return { ended, close };
}
