import { EventEmitter } from "node:events";
import { resolve } from "node:path";
import type { PartitionName } from "../../../tools/image/memory-map.ts";
import type { ConsoleLine, InputName, LinkProfile, Settings, TrackerDriver } from "../../driver.ts";
import { type Board, type BoardProgram, boards } from "../boards.ts";
import { type BootReading, type BootScheme, bootSchemes } from "../boot-schemes.ts";
import type { SocketSecurity } from "../connect.ts";
import { linkProfiles } from "../link-profile.ts";
import { Air, realTiming } from "./air.ts";
import { type BoardEvents, parseBoardEvent } from "./board-events.ts";
import { FlashFile } from "./flash-file.ts";
import { FlashGate } from "./flash-gate.ts";
import type { FlashCount, FlashMeter } from "./flash-meter.ts";
import { jailed } from "./jail.ts";
import { encodeFrame, type Frame } from "./link.ts";
import { type PowerCut, powerCutsOf } from "./power.ts";
import { type CycleEnd, endings, PowerCycle, type ResetCause } from "./power-cycle.ts";
import { RestartGuard } from "./restart-guard.ts";
import { Sockets, type Traffic } from "./sockets.ts";
import type { StreamEnd } from "./stream-faults.ts";
import type { VirtualTrackerEvents, VirtualTrackerOptions } from "./tracker-options.ts";

/** Lines of the console that are kept, the newest. */
const CONSOLE_MAX_LINES = 20_000;
const STOP_TIMEOUT_MS = 2_000;
/** Where the firmware's store has its settings, as JSON. */
const SETTINGS_NAME = "tracker-fota/settings";
const pins: Readonly<Record<InputName, number>> = Object.freeze({ battery: 0, signal: 1 });

/** A tracker without hardware (docs/virtual-tracker.md). */
export class VirtualTracker extends EventEmitter<VirtualTrackerEvents> implements TrackerDriver {
  readonly flashFile: FlashFile;
  readonly consoleLines: ConsoleLine[] = [];
  /** How often the tracker was reset, by itself or by the rig, and how often it lost its power. */
  resets = 0;
  powerCuts = 0;
  /** What the board last said of itself. */
  lastBoot: BoardEvents["boot"] | undefined;
  lastStart: BoardEvents["start"] | undefined;
  lastHeap: BoardEvents["heap"] | undefined;

  private readonly options: VirtualTrackerOptions;
  private readonly startedAtMs = realTiming.nowMs();
  private readonly flashGate: FlashGate;
  private readonly up: Air;
  private readonly down: Air;
  private readonly sockets: Sockets;
  private readonly restartGuard: RestartGuard;
  private readonly inputs = new Map<InputName, number>();
  private board: BoardProgram | undefined;
  private cycle: PowerCycle | undefined;
  private isStopping = false;
  /** While the rig itself resets the board or switches it off. */
  private isHeld = false;

  constructor(options: VirtualTrackerOptions) {
    super();
    this.options = options;
    this.flashFile = FlashFile.openOrCreate(options.flashPath);
    const faults = options.faults ?? [];
    this.flashGate = new FlashGate({
      cuts: powerCutsOf(faults),
      timing: options.flashTiming,
      onOperation: (operation) => this.emit("flashOperation", operation),
    });
    const profile = options.link ?? linkProfiles.none;
    const seed = options.seed ?? 1;
    this.up = new Air({ profile, timing: realTiming, seed });
    this.down = new Air({ profile, timing: realTiming, seed: seed + 1 });
    this.restartGuard = new RestartGuard(options.resetsPerMinuteMax ?? 60);
    this.sockets = new Sockets({
      connect: { credentials: options.credentials, resolve: options.resolve },
      up: this.up,
      down: this.down,
      timing: realTiming,
      faults,
      pieceBytes: options.pieceBytes,
      send: (frame) => this.cycle?.send(frame),
      onDownloaded: (totalBytes) => this.emit("downloaded", totalBytes),
      onSocketError: (target, reason) => this.emit("socketError", { target, reason }),
      onConnection: (change) => this.emit("connection", change),
    });
  }

  async flash(what: { slot0: Uint8Array } | { whole: Uint8Array }): Promise<void> {
    this.requireOff("flash");
    if ("whole" in what) this.flashFile.writeAll(what.whole);
    else {
      this.flashFile.write("image-0", what.slot0);
      for (const name of this.scheme.notes) this.flashFile.write(name, new Uint8Array(0));
    }
  }

  async provision(settings: Settings): Promise<void> {
    this.requireOff("provision");
    await this.kind.provision(this.flashFile.path, SETTINGS_NAME, JSON.stringify(settings));
  }

  async powerOn(): Promise<void> {
    this.requireOff("powerOn");
    const board = await this.kind.build();
    this.board = this.options.jail === true ? jailed(board, resolve(this.flashFile.path)) : board;
    this.startCycle("power-on");
  }

  async cutPower(): Promise<void> {
    if (this.cycle === undefined) return;
    await this.endCycle(this.cycle);
    this.powerCuts++;
  }

  async reset(): Promise<void> {
    if (this.cycle === undefined) throw new Error("reset: the tracker is off");
    await this.endCycle(this.cycle);
    this.resets++;
    this.startCycle("pin");
  }

  onConsole(onLine: (line: ConsoleLine) => void): () => void {
    this.on("console", onLine);
    return () => this.off("console", onLine);
  }

  async readFlash(partition?: PartitionName): Promise<Uint8Array> {
    return this.flashFile.read(partition);
  }

  setLink(profile: LinkProfile): void {
    this.up.profile = profile;
    this.down.profile = profile;
  }

  setInput(input: InputName, value: number): void {
    if (!(value >= 0 && value <= 1000)) throw new RangeError(`${input}: ${value}`);
    this.inputs.set(input, value);
    this.sendInput(input, value);
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    const { cycle } = this;
    if (cycle !== undefined) {
      cycle.requestStop();
      const deadline = setTimeout(() => cycle.kill(), STOP_TIMEOUT_MS);
      await cycle.ended;
      clearTimeout(deadline);
    }
    this.sockets.destroy();
  }

  /**
   * Now: the connections to the broker, or to the file server, are lost, or their server goes silent.
   * @throws an Error if there is none
   */
  breakConnections(server: SocketSecurity, end: StreamEnd): void {
    if (this.sockets.break(server, end) === 0) throw new Error(`no connection to the ${server}`);
  }

  /** One more power cut, at an operation counted from the first power-on. */
  cutPowerAt(cut: PowerCut): void {
    this.flashGate.power.add(cut);
  }

  /** Flash operations so far, over all power cycles. */
  get flashOperations(): number {
    return this.flashGate.power.operations;
  }

  /** Flash operations of one partition, or of all, by bootloader and firmware together. */
  flashCount(partition?: PartitionName): FlashCount {
    return this.flashGate.count(partition);
  }

  /** The same by who asked for them, and by page. */
  get flashMeters(): Readonly<Record<"bootloader" | "firmware", FlashMeter>> {
    return this.flashGate.meters;
  }

  get traffic(): Readonly<Record<SocketSecurity, Readonly<Traffic>>> {
    return this.sockets.traffic;
  }

  private get kind(): Board {
    return boards[this.options.board ?? "linux"];
  }

  /** What starts next, or runs, and whether it stays. */
  get bootReading(): BootReading {
    return this.scheme.read(this.flashFile.read());
  }

  private get scheme(): BootScheme {
    return bootSchemes[this.options.boot ?? "mcuboot"];
  }

  private requireOff(verb: string): void {
    if (this.cycle !== undefined) throw new Error(`${verb}: the tracker is on`);
    if (this.isStopping) throw new Error(`${verb}: the rig has stopped`);
  }

  private async endCycle(cycle: PowerCycle): Promise<void> {
    this.isHeld = true;
    await cycle.kill();
    this.flashFile.trim();
    this.isHeld = false;
  }

  private startCycle(resetCause: ResetCause): void {
    const { board } = this;
    if (board === undefined) throw new Error(`${resetCause}: the tracker was never on`);
    this.flashGate.actor = "bootloader";
    this.emit("cycleStart", resetCause);
    this.cycle = new PowerCycle({
      program: board.program,
      before: board.before,
      flashPath: resolve(this.flashFile.path),
      resetCause,
      arguments: [
        ...board.arguments,
        ...this.scheme.boardArguments,
        ...(this.options.boardArguments ?? []),
      ],
      onFrame: (frame) => this.handle(frame, this.cycle),
      onLine: (text) => this.takeLine(text),
      onEnd: (end, detail) => this.cycleEnded(end, detail),
    });
    for (const [input, value] of this.inputs) this.sendInput(input, value);
  }

  private handle(frame: Frame, cycle: PowerCycle | undefined): void {
    if (frame.name === "FLASH_OP") this.flashGate.handle(frame.payload, (go) => cycle?.send(go));
    else if (frame.name === "EVENT") this.takeEvent(frame.payload);
    else this.sockets.handle(frame);
  }

  private takeEvent(payload: Buffer): void {
    const event = parseBoardEvent(payload);
    switch (event.event) {
      case "boot":
        this.flashGate.actor = "firmware";
        this.lastBoot = event;
        this.emit("boot", event);
        break;
      case "start":
        this.lastStart = event;
        this.emit("start", event);
        break;
      case "heap":
        this.lastHeap = event;
        this.emit("heap", event);
        break;
      case "exception":
        this.emit("exception", event);
        break;
    }
  }

  private takeLine(text: string): void {
    const line = { atMs: Math.round(realTiming.nowMs() - this.startedAtMs), text };
    this.consoleLines.push(line);
    if (this.consoleLines.length > CONSOLE_MAX_LINES) this.consoleLines.shift();
    this.emit("console", line);
  }

  private sendInput(input: InputName, value: number): void {
    const payload = Buffer.alloc(3);
    payload.writeUInt8(pins[input], 0);
    payload.writeUInt16LE(value, 1);
    this.cycle?.send(encodeFrame({ name: "INPUT", payload }));
  }

  private cycleEnded(end: CycleEnd, detail: string): void {
    this.cycle = undefined;
    this.sockets.abandonAll();
    const cause = endings[end].next;
    if (!this.isHeld && end === "power-cut") this.powerCuts++;
    else if (!this.isHeld && cause !== undefined) this.resets++;
    const wanted = this.options.restartsAfter?.(end) ?? true;
    const restarts = cause !== undefined && wanted && !this.isStopping && !this.isHeld;
    // Power cuts are the rig's own doing: a campaign has many of them.
    const isReset = restarts && end !== "power-cut";
    const isLoop = isReset && !this.restartGuard.allow(realTiming.nowMs());
    this.emit("cycleEnd", { end, detail, restarts: restarts && !isLoop });
    if (isLoop) this.emit("halted", new Error(`boot loop: ${this.restartGuard.describe()}`));
    else if (restarts && !this.isStopping) this.startCycle(cause);
    else if (cause === undefined && !this.isStopping) {
      this.emit("halted", new Error(`the board ended: ${end} (${detail})`));
    }
  }
}
