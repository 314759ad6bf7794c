import { Socket } from "node:net";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { encodeFrame, type Frame, FrameDecoder } from "../virtual/link.ts";
import { type Exit, exits, type PowerOn, type Signal, WORD_COUNT, words } from "./wires.ts";

// One power cycle of the board that needs no compiler, as docs/virtual-tracker.md has it for the board
// program: `run FLASH [--reset-cause CAUSE] [--watchdog-ms MS]`, the link on descriptor 3. This thread
// is the board around the processor: the link, the console, the watchdog.

const USAGE = "usage: run FLASH [--reset-cause CAUSE] [--watchdog-ms MS]";
const WATCHDOG_MS = "30000";
const LINK = 3;
/** So that a leak ends as on a board; a client lives in a twentieth of it. */
const HEAP_MAX_MB = 64;

function usage(): never {
  process.stderr.write(`${USAGE}, with the link on descriptor ${LINK}\n`);
  process.exit(exits.usage);
}

function readArguments(): Omit<PowerOn, "shared"> {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        "reset-cause": { type: "string", default: "power-on" },
        "watchdog-ms": { type: "string", default: WATCHDOG_MS },
      },
    });
    const [verb, flashPath, ...more] = positionals;
    const watchdogMs = Number(values["watchdog-ms"]);
    if (verb !== "run" || flashPath === undefined || more.length > 0) return usage();
    if (!(watchdogMs > 0)) return usage();
    return { flashPath, watchdogMs, resetCause: values["reset-cause"] ?? "" };
  } catch {
    return usage();
  }
}

function openLink(): Socket {
  try {
    return new Socket({ fd: LINK, readable: true, writable: true });
  } catch {
    return usage();
  }
}

class Board {
  private readonly link = openLink();
  private readonly decoder = new FrameDecoder();
  private readonly shared: Int32Array;
  private readonly processor: Worker;
  private crash: unknown;
  private isOver = false;

  constructor(options: Omit<PowerOn, "shared">) {
    const shared = new SharedArrayBuffer(WORD_COUNT * Int32Array.BYTES_PER_ELEMENT);
    this.shared = new Int32Array(shared);
    const workerData: PowerOn = { ...options, shared };
    this.processor = new Worker(new URL("processor.mjs", import.meta.url), {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MAX_MB },
    });
    this.processor.on("message", (signal: Signal) => this.take(signal));
    this.processor.on("error", (error) => {
      this.crash = error;
    });
    // After all that it has said.
    this.processor.on("exit", () => this.crashed());
    this.link.on("data", (chunk) => {
      for (const frame of this.decoder.push(chunk)) this.pass(frame);
    });
    this.link.on("close", () => this.end(exits.linkLost));
    this.link.on("error", () => this.end(exits.linkLost));
    this.watch(options.watchdogMs);
  }

  private take(signal: Signal): void {
    if (this.isOver) return;
    if (signal.kind === "frame") this.link.write(signal.bytes);
    else if (signal.kind === "console") process.stdout.write(signal.text);
    else this.end(signal.exit);
  }

  private pass({ name, channel, payload }: Frame): void {
    if (name !== "FLASH_GO") {
      this.processor.postMessage({ name, channel, payload });
      return;
    }
    Atomics.store(this.shared, words.verdict, payload.readUInt8(0));
    Atomics.store(this.shared, words.doneBytes, payload.readUInt32LE(1));
    Atomics.add(this.shared, words.answers, 1);
    Atomics.notify(this.shared, words.answers);
  }

  /** Bites when the processor has not turned for so long. */
  private watch(watchdogMs: number): void {
    let beats = 0;
    let lastMs = performance.now();
    setInterval(() => {
      const now = Atomics.load(this.shared, words.beats);
      if (now !== beats) {
        beats = now;
        lastMs = performance.now();
      } else if (performance.now() - lastMs >= watchdogMs) {
        this.end(exits.watchdog);
      }
    }, watchdogMs / 8);
  }

  private crashed(): void {
    const exit = exitOf(this.crash);
    if (exit === exits.exception && !this.isOver) {
      const message = String(this.crash ?? "the processor stopped").slice(0, 512);
      const payload = Buffer.from(JSON.stringify({ event: "exception", message }));
      this.link.write(encodeFrame({ name: "EVENT", payload }));
    }
    this.end(exit);
  }

  /** When the rig has all that was said. */
  private end(exit: Exit): void {
    if (this.isOver) return;
    this.isOver = true;
    const leave = (): void => {
      process.stdout.write("", () => process.exit(exit));
    };
    if (this.link.writable) this.link.end(leave);
    else leave();
  }
}

function exitOf(crash: unknown): Exit {
  if ((crash as { code?: unknown } | undefined)?.code === "ERR_WORKER_OUT_OF_MEMORY") {
    return exits.outOfMemory;
  }
  return /^RangeError: Maximum call stack/.test(String(crash))
    ? exits.stackOverflow
    : exits.exception;
}

new Board(readArguments());
