import type { ScriptCode } from "../../tools/image/script-body.ts";
import { buildBoard, engineIsMissing, runBoardTool } from "../board/program.ts";
import { buildDevKit } from "../dev-kit/program.ts";
import { buildNodeBoard } from "./node/program.ts";
import { provisionFlash } from "./node/provision.ts";

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
  /** What its images have as their body. */
  readonly code: ScriptCode;
  /** Builds it. @throws UsageError if what it needs is not installed */
  readonly build: () => Promise<BoardProgram>;
  /** Writes bytes under a name into the key-value store of a flash image, while the board is off. */
  readonly provision: (flashPath: string, name: string, value: string) => Promise<void>;
}

export type BoardName = "linux" | "cortex-m" | "cortex-m-64mhz" | "node";

const onXs = {
  code: "xs",
  provision: (flashPath: string, name: string, value: string) =>
    runBoardTool(["provision", flashPath, name, value]),
} as const;

/** The boards that a machine without hardware has. */
export const boards: Readonly<Record<BoardName, Board>> = Object.freeze({
  linux: {
    ...onXs,
    about: "a Linux process",
    patience: 1,
    build: async () => ({ program: await buildBoard(), arguments: [] }),
  },
  "cortex-m": {
    ...onXs,
    about: "a Cortex-M4 in QEMU, as fast as it goes",
    patience: 5,
    build: async () => ({ program: await buildDevKit(), arguments: [] }),
  },
  "cortex-m-64mhz": {
    ...onXs,
    about: "the same at the speed of an nRF9160",
    patience: 10,
    build: async () => ({ program: await buildDevKit(), arguments: ["--at-64-mhz"] }),
  },
  node: {
    about: "a Node process, not the XS engine; needs no compiler",
    patience: 1,
    code: "javascript",
    build: async () => ({
      program: process.execPath,
      before: [await buildNodeBoard()],
      arguments: [],
    }),
    provision: async (flashPath, name, value) => provisionFlash(flashPath, name, value),
  },
});

export { engineIsMissing };

export const boardNames = Object.keys(boards) as BoardName[];

/** Those with the engine; what takes HEX files of firmware that is compiled for it has only these. */
export type XsBoardName = Exclude<BoardName, "node">;
export const xsBoardNames = boardNames.filter((name): name is XsBoardName => name !== "node");

/** The engine itself where it can be built, Node where it cannot. */
export function defaultBoard(): BoardName {
  return engineIsMissing() === undefined ? "linux" : "node";
}

/** One line each, for help texts. */
export const boardList = listOf(boardNames);
export const xsBoardList = listOf(xsBoardNames);

function listOf(names: readonly BoardName[]): string {
  return names.map((name) => `${name}: ${boards[name].about}`).join("; ");
}
