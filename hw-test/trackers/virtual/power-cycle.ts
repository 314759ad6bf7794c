import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex, Readable } from "node:stream";
import { encodeFrame, type Frame, FrameDecoder, LinkError } from "./link.ts";

/** What `tracker-board run --reset-cause` is told. */
export type ResetCause =
  | "power-on"
  | "pin"
  | "software"
  | "out-of-memory"
  | "exception"
  | "watchdog"
  | "stack-overflow"
  | "fault";

/** How a power cycle ended, by the exit codes of docs/virtual-tracker.md. */
export type CycleEnd =
  | Exclude<ResetCause, "power-on" | "pin">
  | "stopped"
  | "power-cut"
  | "no-image"
  | "link-lost"
  /** Any other exit code, a signal, or a board that broke the link's protocol. */
  | "failed";

interface Ending {
  readonly exitCode: number | undefined;
  /** Cause of the power cycle that follows, or undefined where none does. */
  readonly next: ResetCause | undefined;
}

export const endings: Readonly<Record<CycleEnd, Ending>> = Object.freeze({
  stopped: { exitCode: 0, next: undefined },
  software: { exitCode: 64, next: "software" },
  "out-of-memory": { exitCode: 65, next: "out-of-memory" },
  exception: { exitCode: 66, next: "exception" },
  watchdog: { exitCode: 67, next: "watchdog" },
  "stack-overflow": { exitCode: 68, next: "stack-overflow" },
  "power-cut": { exitCode: 69, next: "power-on" },
  "no-image": { exitCode: 70, next: undefined },
  "link-lost": { exitCode: 71, next: undefined },
  fault: { exitCode: 72, next: "fault" },
  failed: { exitCode: undefined, next: undefined },
});

function endOf(exitCode: number | null): CycleEnd {
  for (const [end, ending] of Object.entries(endings)) {
    if (ending.exitCode === exitCode) return end as CycleEnd;
  }
  return "failed";
}

/** A longer console line is cut into several. */
const LINE_MAX_CHARS = 4096;
/** What the board's process says on its standard error: sanitizers, mostly. */
const DIAGNOSTIC_MAX_CHARS = 16_384;

export interface PowerCycleOptions {
  readonly program: string;
  /** Words between the program and `run`. */
  readonly before?: readonly string[] | undefined;
  readonly flashPath: string;
  readonly resetCause: ResetCause;
  /** Further arguments of `tracker-board run`. */
  readonly arguments: readonly string[];
  /** @throws LinkError to end the cycle as `failed` */
  readonly onFrame: (frame: Frame) => void;
  readonly onLine: (text: string) => void;
  /** The last event; `detail` says more of a `failed` one. */
  readonly onEnd: (end: CycleEnd, detail: string) => void;
}

/** One process of the board, from power-on or reset to its exit. */
export class PowerCycle {
  /** Resolves after `onEnd`. */
  readonly ended: Promise<void>;
  private readonly options: PowerCycleOptions;
  private readonly child: ChildProcess;
  private readonly link: Duplex;
  private readonly decoder = new FrameDecoder();
  private diagnostics = "";
  private linkError: LinkError | undefined;
  private killed = false;

  constructor(options: PowerCycleOptions) {
    this.options = options;
    const { program, before = [], flashPath, resetCause } = options;
    const fixed = ["run", flashPath, "--reset-cause", resetCause];
    const args = [...before, ...fixed, ...options.arguments];
    this.child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe", "pipe"] });
    this.link = this.child.stdio[3] as Duplex;
    this.link.on("data", (chunk: Buffer) => this.takeIn(chunk));
    // A board that has exited does not read any more: its exit code tells the rest.
    this.link.on("error", () => {});
    readLines(this.child.stdout, options.onLine);
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.diagnostics = (this.diagnostics + text).slice(-DIAGNOSTIC_MAX_CHARS);
    });
    this.child.on("error", (error) => {
      this.diagnostics += error.message;
    });
    this.ended = new Promise((resolve) => {
      this.child.on("close", (code, signal) => {
        this.tellEnd(code, signal);
        resolve();
      });
    });
  }

  send(frame: Buffer): void {
    if (this.link.writable) this.link.write(frame);
  }

  /** Asks the board to exit with code 0. */
  requestStop(): void {
    this.send(encodeFrame({ name: "STOP" }));
  }

  /** Ends it at once, as a power cut does; `onEnd` says `power-cut`. */
  async kill(): Promise<void> {
    // False when it has exited by itself, or never started.
    if (this.child.kill("SIGKILL")) this.killed = true;
    await this.ended;
  }

  private takeIn(chunk: Buffer): void {
    if (this.linkError !== undefined || this.killed) return;
    try {
      for (const frame of this.decoder.push(chunk)) this.options.onFrame(frame);
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      this.linkError = error;
      this.child.kill("SIGKILL");
    }
  }

  private tellEnd(code: number | null, signal: string | null): void {
    const { onEnd } = this.options;
    const exit = code === null ? `signal ${signal}` : `exit code ${code}`;
    if (this.linkError !== undefined) onEnd("failed", this.linkError.message);
    else if (this.killed) onEnd("power-cut", "");
    else onEnd(endOf(code), `${exit} ${this.diagnostics}`.trim());
  }
}

function readLines(stream: Readable | null, onLine: (text: string) => void): void {
  let held = "";
  stream?.setEncoding("utf8").on("data", (text: string) => {
    const lines = (held + text).split("\n");
    held = lines.pop() ?? "";
    for (const line of lines) onLine(line);
    for (; held.length > LINE_MAX_CHARS; held = held.slice(LINE_MAX_CHARS)) {
      onLine(held.slice(0, LINE_MAX_CHARS));
    }
  });
  stream?.on("end", () => {
    if (held !== "") onLine(held);
  });
}
