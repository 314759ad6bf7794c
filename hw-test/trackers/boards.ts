import { buildBoard } from "../board/program.ts";
import { buildDevKit } from "../dev-kit/program.ts";

/** A program that runs power cycles as docs/virtual-tracker.md says, and arguments for each. */
export interface BoardProgram {
  readonly program: string;
  /** Words between the program and `run`; none if left out. */
  readonly before?: readonly string[];
  readonly arguments: readonly string[];
}

export interface Board {
  /** For people. */
  readonly about: string;
  /** Times as long as on linux that whoever waits for an update should wait at most. */
  readonly patience: number;
  /** Builds it. @throws UsageError if what it needs is not installed */
  readonly build: () => Promise<BoardProgram>;
}

export type BoardName = "linux" | "cortex-m" | "cortex-m-64mhz";

/** The boards that a machine without hardware has. */
export const boards: Readonly<Record<BoardName, Board>> = Object.freeze({
  linux: {
    about: "a Linux process",
    patience: 1,
    build: async () => ({ program: await buildBoard(), arguments: [] }),
  },
  "cortex-m": {
    about: "a Cortex-M4 in QEMU, as fast as it goes",
    patience: 5,
    build: async () => ({ program: await buildDevKit(), arguments: [] }),
  },
  "cortex-m-64mhz": {
    about: "the same at the speed of an nRF9160",
    patience: 10,
    build: async () => ({ program: await buildDevKit(), arguments: ["--at-64-mhz"] }),
  },
});

export const boardNames = Object.keys(boards) as BoardName[];

/** One line each, for help texts. */
export const boardList = boardNames.map((name) => `${name}: ${boards[name].about}`).join("; ");
