import { config } from "../../firmware/config.ts";
import { BrokenInvariant } from "../desk/broken-invariant.ts";
import { BrokerModel, type PacketFate } from "../desk/broker.ts";
import { Restart, startFirmware } from "../desk/device.ts";
import { DeviceClock } from "../desk/device-clock.ts";
import { FileServerModel } from "../desk/file-server.ts";
import { FileStore } from "../desk/file-store.ts";
import { type Firmwares, firmwaresFor } from "../desk/firmwares.ts";
import { trackerMap } from "../desk/geometries.ts";
import { type Firmware, flavourOf } from "../desk/images.ts";
import { JobsCloud } from "../desk/jobs-cloud.ts";
import { Link } from "../desk/link.ts";
import type { Action, Plan, Point } from "../desk/plan.ts";
import { Random } from "../desk/random.ts";
import { TrackerModel } from "../desk/tracker-model.ts";
import { PowerCut } from "../model/nor-flash.ts";
import { VirtualClock } from "../model/virtual-clock.ts";
import { asksForTime, httpFaultReply } from "./http-faults.ts";
import type { JobEnd, Outcome } from "./outcome.ts";

/**
 * A case that has not ended by then never will: virtual time, besides that of outages and of servers
 * that ask for some, and resets besides those of cuts.
 */
const RUN_MAX_MS = 6 * 3600_000;
const RESETS_MAX = 20;
/** How long the tracker is watched after the end, before and after one more reset. */
const WATCH_MS = 10_000;
const DAY_MS = 24 * 3600_000;
const LOG_MAX_LINES = 5000;

/**
 * One tracker, its cloud, its file server and its operator, in virtual time and one process. The
 * core is the real one; `run` lets it do one update under what the plan does to it.
 */
export class World {
  readonly log: string[] = [];
  private readonly plan: Plan;
  private readonly clock = new VirtualClock();
  private readonly random: Random;
  private readonly firmwares: Firmwares;
  private readonly tracker: TrackerModel;
  private readonly cloud: JobsCloud;
  private readonly broker: BrokerModel;
  private readonly store: FileStore;
  private readonly files: FileServerModel;
  private readonly link: Link;
  /** `gone`: its id is another job's by now. */
  private readonly ordered: { jobId: string; version: string; gone: boolean }[] = [];
  private readonly states: string[] = [];
  private readonly connections = { broker: 0, files: 0 };
  private pendingActions: Plan["actions"];
  private running: Firmware;
  private boots = 0;
  private resets = 0;
  private cutInTrial = false;
  private isRevertTorn = false;
  private isRevertLost = false;
  private wasPowerLoss = true;
  private faults = 0;
  /** Since when no job is pending. */
  private endedMs: number | undefined;
  private deliveredBytes = 0;
  private deliveredInVain = 0;
  private attemptsAfterFaults = 0;
  private resetsAfterFaults = 0;

  constructor(plan: Plan) {
    this.plan = plan;
    this.pendingActions = plan.actions;
    this.random = new Random(plan.seed);
    const map = trackerMap(plan.map);
    this.firmwares = firmwaresFor(map, plan);
    this.running = this.firmwares.old;
    this.tracker = new TrackerModel({
      map,
      plan,
      factoryImage: this.firmwares.old.image,
      onOperation: () => this.reach("op", this.tracker.supply.total),
    });
    const { clock } = this;
    this.cloud = new JobsCloud(clock, ({ thingName, topic, body }) => {
      this.broker.publish(`$aws/things/${thingName}/jobs/${topic}`, JSON.stringify(body));
    });
    this.broker = new BrokerModel({
      clock,
      cloud: this.cloud,
      fate: (direction, index, name) => this.fateOf(direction, index, name),
    });
    this.store = new FileStore(this.cloud);
    this.files = new FileServerModel({
      clock,
      reply: (request, index) => {
        const fault = plan.http.find(
          (one) => index >= one.request && index < one.request + one.count,
        );
        if (fault === undefined) return this.store.reply(request);
        this.noteFault(`http ${fault.kind} at request ${index}`);
        return httpFaultReply(fault.kind, request, this.store);
      },
      fault: (index) => {
        const fault = plan.files.find(({ request }) => request === index);
        if (fault !== undefined) this.noteFault(`file ${fault.fate} at byte ${fault.byte}`);
        return fault;
      },
      onDelivered: (byteCount) => {
        this.deliveredBytes += byteCount;
        if (this.cloud.pending().length === 0) this.deliveredInVain += byteCount;
        this.reach("byte", this.deliveredBytes);
      },
    });
    this.link = new Link({
      clock,
      broker: this.broker,
      files: this.files,
      outages: plan.outages,
      onConnection: (server) => {
        this.connections[server] += 1;
        this.attemptsAfterFaults += 1;
      },
    });
  }

  /** @throws BrokenInvariant when an invariant breaks on the way; other errors are the core's */
  run(): Outcome {
    const { old: _, ...served } = this.firmwares;
    this.store.put(served.offered);
    this.store.put(served.next);
    this.order(served.offered);
    this.planTimes();
    while (this.cycle(() => this.isSettled()) !== "done") {
      if (this.isRevertLost && this.running.flavour === "crash") return this.outcome();
    }
    this.watch();
    return this.outcome();
  }

  /** One power cycle, until `isOver` or until the tracker resets or loses its power. */
  private cycle(isOver: () => boolean): "done" | "reset" | "cut" {
    const clock = new DeviceClock(this.clock);
    try {
      this.boots += 1;
      this.reach("boot", this.boots);
      this.note(`boot ${this.boots}`);
      this.boot(clock);
      this.pump(isOver);
      return "done";
    } catch (error) {
      if (error instanceof PowerCut) this.takeCut();
      else if (error instanceof Restart) this.takeReset(error);
      else throw error;
      return error instanceof PowerCut ? "cut" : "reset";
    } finally {
      clock.stop();
      this.link.cutOff();
    }
  }

  private boot(clock: DeviceClock): void {
    const { did, image } = this.tracker.boot();
    if (image === undefined) throw new BrokenInvariant("no bootable image");
    this.running = this.known(image.version, flavourOf(image.body));
    this.note(`bootloader: ${did}, runs ${image.version}`);
    this.link.isOffline = this.running.flavour === "offline";
    const { bootModel, store } = this.tracker;
    startFirmware(this.running.flavour, {
      clock,
      network: this.link.network,
      ports: bootModel.ports(undefined),
      store,
      random: this.random.next,
      wasPowerLoss: this.wasPowerLoss,
      log: (line) => this.note(line),
    });
  }

  /** What runs is byte for byte what was flashed or served. */
  private known(version: string, flavour: string): Firmware {
    const { bytes } = this.tracker.primary.nor;
    const found = Object.values(this.firmwares).find(
      ({ image }: Firmware) => Buffer.compare(image, bytes.subarray(0, image.byteLength)) === 0,
    );
    if (found === undefined) {
      throw new BrokenInvariant(`${version} (${flavour}) runs and is none of the images`);
    }
    return found;
  }

  private pump(isOver: () => boolean): void {
    for (;;) {
      while (this.link.serve());
      if (isOver()) return;
      const delayMs = this.clock.nextDelayMs;
      if (delayMs === undefined) throw new BrokenInvariant("nothing will happen any more");
      const isOverdue = this.clock.nowMs() + delayMs > this.runMaxMs;
      if (isOverdue) throw new BrokenInvariant("it does not end");
      this.clock.advance(delayMs);
    }
  }

  private get runMaxMs(): number {
    const { outages, http } = this.plan;
    const awayS = outages.reduce((most, { fromS, forS }) => Math.max(most, fromS + forS), 0);
    const isPatient = http.some(({ kind }) => asksForTime(kind));
    // Each wait is a minute at least, and silence before it may be another.
    const waitMs = isPatient ? 2 * config.retryAfterTotalMaxMs : 0;
    // A server that is no good to the patch is tried once more for the HEX file.
    const files = this.plan.way === "hex" ? 1 : 2;
    return (RUN_MAX_MS + waitMs) * files + awayS * 1000;
  }

  private takeCut(): void {
    this.note("power cut");
    this.wasPowerLoss = true;
    this.noteFaultQuietly();
    if (this.tracker.bootModel.isUnconfirmed) this.cutInTrial = true;
    this.noteLostRevert();
    if (this.tracker.supply.actor === "firmware" && this.tracker.bootModel.isRequestHalfMade) {
      throw new BrokenInvariant("half a swap request");
    }
    this.states.push(this.tracker.digest());
    this.tracker.supply.powerOn();
  }

  /**
   * Two cuts that MCUboot does not survive (docs/mcuboot.md): one in the 16 bytes of the magic with which
   * a revert begins, one while it begins again. The client mends the first where it gets to run.
   */
  private noteLostRevert(): void {
    const { bootModel, supply } = this.tracker;
    if (this.isRevertTorn && supply.actor === "bootloader") {
      this.isRevertLost ||= bootModel.isRevertTorn && bootModel.isSwapForgotten;
    }
    this.isRevertTorn = bootModel.isUnconfirmed && bootModel.isRevertTorn;
  }

  private takeReset(restart: Restart): void {
    this.note(`reset: ${restart.message}`);
    this.resets += 1;
    this.wasPowerLoss = false;
    this.resetsAfterFaults += 1;
    if (this.resets > RESETS_MAX) throw new BrokenInvariant("it resets again and again");
  }

  private isSettled(): boolean {
    if (this.cloud.pending().length > 0 || this.tracker.bootModel.isUnconfirmed) {
      this.endedMs = undefined;
      return false;
    }
    this.endedMs ??= this.clock.nowMs();
    const { values } = this.tracker.store;
    const isClear = !values.has("outbox") && !values.has("update");
    if (isClear && (this.isShadowTrue || this.isShadowGivenUp)) return true;
    // A store that did not take the last changes is tidied up after the next reset.
    return this.hasBrokenStore && this.clock.nowMs() - this.endedMs >= WATCH_MS;
  }

  /** The shadow says what runs, and the tracker knows that it does. */
  private get isShadowTrue(): boolean {
    const isAcknowledged = this.tracker.store.values.get("shadow")?.[1] === 0;
    return isAcknowledged && this.cloud.reportedFirmware()?.version === this.running.version;
  }

  /** As often as the firmware tries. */
  private get isShadowGivenUp(): boolean {
    return (this.tracker.store.values.get("shadow")?.[1] ?? 0) >= 3;
  }

  private get hasBrokenStore(): boolean {
    return this.plan.bits.some(({ kind }) => kind === "storeError");
  }

  /** Nothing happens by itself any more, and a reset changes nothing. */
  private watch(): void {
    this.pendingActions = [];
    const before = this.running;
    const { total } = this.tracker.supply;
    for (let round = 0; round < 2; round++) {
      const endMs = this.clock.nowMs() + WATCH_MS;
      this.clock.alarm(WATCH_MS, () => {});
      const end = this.cycle(() => this.clock.nowMs() >= endMs);
      if (end !== "done") throw new BrokenInvariant(`a ${end} after the end`);
    }
    if (this.running !== before) throw new BrokenInvariant("another image after one more reset");
    const isQuiet = this.tracker.supply.total === total || this.hasBrokenStore;
    if (!isQuiet) throw new BrokenInvariant("flash work after the end");
  }

  private fateOf(direction: "up" | "down", index: number, name: string): PacketFate {
    if (direction === "up") this.reach("up", index);
    const isSame = (one: { direction: string; index: number }): boolean =>
      one.direction === direction && one.index === index;
    const fault = this.plan.packets.find(isSame);
    if (fault === undefined) return "pass";
    this.noteFault(`mqtt ${fault.fate} ${direction} ${index} ${name}`);
    return fault.fate;
  }

  private planTimes(): void {
    for (const { point } of this.plan.actions) {
      if (point.on === "time") {
        this.clock.alarm(point.at * 1000, () => this.reach("time", point.at));
      }
    }
    for (const { fromS, forS } of this.plan.outages) {
      this.clock.alarm((fromS + forS) * 1000, () => this.noteFault("the outage is over"));
    }
  }

  private reach(on: Point["on"], at: number): void {
    const due = this.pendingActions.filter(({ point }) => point.on === on && point.at <= at);
    if (due.length === 0) return;
    this.pendingActions = this.pendingActions.filter((one) => !due.includes(one));
    for (const { action } of due) {
      this.noteFault(action);
      this.act(action);
    }
  }

  private act(action: Action): void {
    const { next, changed } = this.firmwares;
    const jobId = this.ordered[0]?.jobId ?? "";
    switch (action) {
      case "replace":
        this.cloud.act(jobId, "cancel");
        this.order(next);
        break;
      case "reuse":
        this.cloud.orderAgain(jobId, next);
        for (const one of this.ordered) one.gone ||= one.jobId === jobId;
        this.ordered.push({ jobId, version: next.version, gone: false });
        break;
      case "add":
        this.order(next);
        break;
      case "loseSession":
        this.broker.loseSession();
        break;
      case "jumpAhead":
        this.cloud.jump(DAY_MS);
        break;
      case "jumpBack":
        this.cloud.jump(-DAY_MS);
        break;
      case "newFile":
        this.store.put(changed);
        break;
      default:
        this.cloud.act(jobId, action);
    }
  }

  private order(firmware: Firmware): void {
    const jobId = this.cloud.order(firmware);
    this.ordered.push({ jobId, version: firmware.version, gone: false });
  }

  private noteFault(what: string): void {
    this.note(`fault: ${what}`);
    this.faults += 1;
    this.noteFaultQuietly();
  }

  private noteFaultQuietly(): void {
    this.attemptsAfterFaults = 0;
    this.resetsAfterFaults = 0;
  }

  private note(line: string): void {
    this.log.push(`${this.clock.nowMs()} ${line}`);
    if (this.log.length > LOG_MAX_LINES) throw new BrokenInvariant("it talks without an end");
  }

  private jobEnd({ jobId, version, gone }: (typeof this.ordered)[number]): JobEnd {
    const execution = gone ? undefined : this.cloud.execution(jobId);
    const { status = "DELETED", statusDetails: details = {} } = execution ?? {};
    return { jobId, version, status, details };
  }

  private outcome(): Outcome {
    const { supply, erasesMax } = this.tracker;
    const { version, flavour } = this.running;
    return {
      running: { version, flavour },
      shadow: this.isShadowGivenUp ? undefined : this.cloud.reportedFirmware(),
      jobs: this.ordered.map((job) => this.jobEnd(job)),
      cuts: supply.cutsDone,
      cutInTrial: this.cutInTrial,
      isRevertLost: this.isRevertLost,
      resets: this.resets,
      boots: this.boots,
      operations: supply.total,
      operationsAfterCut: supply.operations,
      packets: this.broker.packets,
      faults: this.faults,
      deliveredBytes: this.deliveredBytes,
      deliveredInVain: this.deliveredInVain,
      requests: this.files.requestCount,
      hexBytes: this.firmwares.offered.hex.byteLength,
      patchBytes: this.firmwares.offered.patches[0]?.bytes.byteLength ?? 0,
      connections: this.connections,
      attemptsAfterFaults: this.attemptsAfterFaults,
      resetsAfterFaults: this.resetsAfterFaults,
      erasesMax,
      virtualMs: this.clock.nowMs(),
      states: this.states,
      log: this.log,
    };
  }
}
