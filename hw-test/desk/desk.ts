import assert from "node:assert/strict";
import { Failure } from "../../firmware/failure.ts";
import type { Platform } from "../../firmware/ports/platform.ts";
import type { Store } from "../../firmware/ports/store.ts";
import type { Settings } from "../../firmware/settings.ts";
import type { Gate } from "../../firmware/update/gate.ts";
import type { ApplicationHooks } from "../../firmware/update/hooks.ts";
import type { TrustOptions } from "../../firmware/update/trust.ts";
import { Update } from "../../firmware/update/update.ts";
import type { BootName } from "../../tools/image/formats.ts";
import type { Reply } from "../cloud/mqtt/jobsTopics.ts";
import type { HttpReply, HttpRequest } from "../model/http-server.ts";
import { VirtualClock } from "../model/virtual-clock.ts";
import type { BootloaderBuild } from "./bootloader.ts";
import { BrokerModel, type PacketFate } from "./broker.ts";
import { platformOf, Restart, settings } from "./device.ts";
import { DeviceClock } from "./device-clock.ts";
import { FileServerModel, type ReplyFault } from "./file-server.ts";
import { FileStore } from "./file-store.ts";
import { type Firmwares, firmwaresFor, packedOffer } from "./firmwares.ts";
import { trackerMap } from "./geometries.ts";
import { type Flavour, flavourOf, type Packing, type Way } from "./images.ts";
import { JobsCloud, THING } from "./jobs-cloud.ts";
import { Link } from "./link.ts";
import { cleanPlan, type Outage } from "./plan.ts";
import { Random } from "./random.ts";
import { deskTrust } from "./signing.ts";
import { TrackerModel } from "./tracker-model.ts";

/** What never ends in a day of virtual time is stuck. */
const RUN_MAX_MS = 24 * 3600_000;

/** A request of the tracker to the Jobs service, and how to let the service answer it. */
export interface JobsRequest {
  /** After the thing's prefix: `start-next`, `job-1/update`. */
  readonly topic: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly answer: () => Reply | undefined;
}

export interface DeskOptions {
  /** How the offered image behaves; `good` if left out. */
  readonly image?: Flavour;
  /** How it comes; as a HEX file alone if left out. */
  readonly way?: Way;
  /** Which bootloader it has; MCUboot if left out. */
  readonly boot?: BootName;
  /** How the offered image is packed, if not as usual. */
  readonly packing?: Packing;
  /** What the bootloader is built with. */
  readonly bootloader?: BootloaderBuild;
  /** What the client takes the bootloader's swap for, if that is wrong. */
  readonly swapOfClient?: "move" | "offset";
  readonly settings?: Partial<Settings>;
  /** What a connection takes, to any server. */
  readonly connectMs?: number | undefined;
  readonly gates?: readonly Gate[];
  readonly hooks?: ApplicationHooks;
  /** Of the tracker's random numbers; 1 if left out. */
  readonly seed?: number;
  /** Whose releases the image of a version installs; the desk's key if left out. */
  readonly trust?: TrustOptions | ((version: string) => TrustOptions);
  /** Puts another platform's adapter between the client and the desk's ports, at each boot. */
  readonly adapt?: (platform: Platform) => Platform;
}

/**
 * One tracker on virtual time in this process, whose world a test bends by hand: for what takes
 * hours, or is not to be had from real sockets. The campaigns plan their faults, here they are code.
 */
export class Desk {
  readonly log: string[] = [];
  readonly clock = new VirtualClock();
  readonly firmwares: { -readonly [Name in keyof Firmwares]: Firmwares[Name] };
  readonly tracker: TrackerModel;
  readonly cloud: JobsCloud;
  readonly files: FileStore;
  readonly broker: BrokerModel;
  /** May be changed at any time. */
  readonly outages: Outage[] = [];
  /** Requests to the Jobs service, the topics of all so far. */
  readonly requests: JobsRequest[] = [];
  /** Answers a request in the service's place, unless it gives undefined. */
  onJobsRequest: (request: JobsRequest) => Reply | "silence" | undefined = () => undefined;
  /** The same for the n-th request to the file server, from 1. */
  onFileRequest: (index: number, request: HttpRequest) => HttpReply | undefined = () => undefined;
  /** What becomes of a packet to or from the broker, by its kind or topic. */
  onPacket: (direction: "up" | "down", name: string) => PacketFate = () => "pass";
  onFileReply: (index: number) => ReplyFault | undefined = () => undefined;
  /** Bytes that the file server has delivered, heads included. */
  onDelivered: (totalBytes: number) => void = () => undefined;
  /** Each line of the firmware's log, from inside its call. */
  onLine: (line: string) => void = () => undefined;
  /** Keys that the store takes no value for and does not let go of. */
  readonly brokenKeys = new Set<string>();
  deliveredBytes = 0;
  boots = 0;
  update: Update | undefined;
  /** Whether resets from now on come with the supply. */
  wasPowerLoss = false;
  private readonly options: DeskOptions;
  private readonly link: Link;
  private readonly random: Random;
  private deviceClock: DeviceClock | undefined;

  constructor(options: DeskOptions = {}) {
    this.options = options;
    this.random = new Random(options.seed ?? 1);
    const { clock } = this;
    const map = trackerMap("p512w4");
    const { image = "good", way = "hex", boot = "mcuboot" } = options;
    const plan = { ...cleanPlan, image, way, boot };
    this.firmwares = { ...firmwaresFor(map, plan) };
    const { packing } = options;
    if (packing !== undefined) this.firmwares.offered = packedOffer(map, plan.image, packing);
    this.tracker = new TrackerModel({
      map,
      plan,
      factoryImage: this.firmwares.old.image,
      bootloader: options.bootloader,
      onOperation: () => undefined,
    });
    this.cloud = new JobsCloud(clock, ({ thingName, topic, body }) =>
      this.broker.publish(`$aws/things/${thingName}/jobs/${topic}`, JSON.stringify(body)),
    );
    this.interceptRequests();
    this.broker = new BrokerModel({
      clock,
      cloud: this.cloud,
      fate: (direction, _, name) => this.onPacket(direction, name),
    });
    this.files = new FileStore(this.cloud);
    this.files.put(this.firmwares.offered);
    this.files.put(this.firmwares.next);
    this.link = this.newLink();
  }

  /** Boots; what runs is what stands in the primary slot. */
  powerOn(): Update {
    const { image } = this.tracker.boot();
    assert(image !== undefined, "no bootable image");
    this.boots += 1;
    this.log.push(`boot ${this.boots}: ${image.version}`);
    const flavour = flavourOf(image.body);
    this.link.isOffline = flavour === "offline";
    this.deviceClock = new DeviceClock(this.clock);
    if (flavour === "crash") throw new Restart("crash");
    this.update = this.newUpdate(flavour, this.deviceClock);
    this.update.start();
    return this.update;
  }

  /** Boots if it is off, and goes on through resets, until `isOver`. */
  runUntil(isOver: () => boolean): void {
    const endMs = this.clock.nowMs() + RUN_MAX_MS;
    for (;;) {
      try {
        if (this.update === undefined) this.powerOn();
        if (this.pump(isOver, endMs)) return;
      } catch (error) {
        if (!(error instanceof Restart)) throw error;
        this.reset();
      }
    }
  }

  /** Lets virtual time pass, through resets. */
  runFor(durationMs: number): void {
    const endMs = this.clock.nowMs() + durationMs;
    this.clock.alarm(durationMs, () => undefined);
    this.runUntil(() => this.clock.nowMs() >= endMs);
  }

  /** The code stops where it is; the next `run…` boots. */
  reset(): void {
    this.deviceClock?.stop();
    this.link.cutOff();
    this.update = undefined;
  }

  /** The end of a job. */
  end(jobId: string): { readonly status: string; readonly reason: string | undefined } {
    const execution = this.cloud.execution(jobId);
    return {
      status: execution?.status ?? "DELETED",
      reason: execution?.statusDetails["reason"],
    };
  }

  runUntilOver(jobId: string): void {
    this.runUntil(() => !["QUEUED", "IN_PROGRESS"].includes(this.end(jobId).status));
  }

  /** The bootloader would act on it at the next reset. */
  get isSwapRequested(): boolean {
    return this.tracker.bootModel.isSwapRequested;
  }

  /** The version that the last boot started. */
  get running(): string {
    const image = this.log.filter((line) => /^boot \d+: /.test(line)).at(-1) ?? "";
    return image.replace(/^boot \d+: /, "");
  }

  /** The last phase that the client entered. */
  get phase(): string | undefined {
    return this.log
      .filter((line) => line.includes(" -> "))
      .at(-1)
      ?.replace(/.* -> /, "");
  }

  private pump(isOver: () => boolean, endMs: number): boolean {
    for (;;) {
      while (this.link.serve());
      if (isOver()) return true;
      const delayMs = this.clock.nextDelayMs;
      const story = (): string => `stuck:\n${this.log.slice(-30).join("\n")}`;
      assert(delayMs !== undefined && this.clock.nowMs() + delayMs <= endMs, story());
      this.clock.advance(delayMs);
    }
  }

  private newUpdate(flavour: Flavour, clock: DeviceClock): Update {
    const { bootModel, store } = this.tracker;
    const log = (line: string): void => {
      this.log.push(line);
      this.onLine(line);
    };
    const wasPowerLoss = this.wasPowerLoss;
    const parts = {
      clock,
      network: this.link.network,
      ports: bootModel.ports(this.options.swapOfClient ?? this.options.bootloader?.swap),
      store,
      log,
      wasPowerLoss,
    };
    const platform: Platform = {
      ...platformOf({ ...parts, random: this.random.next }),
      store: this.breakable(store),
    };
    const { adapt } = this.options;
    return new Update({
      platform: adapt === undefined ? platform : adapt(platform),
      settings: { ...settings, ...this.options.settings },
      gates: this.options.gates ?? [],
      hooks: this.options.hooks,
      trust: this.trust(),
      application(done) {
        if (flavour !== "silent") done(flavour === "sick" ? "the sensor is silent" : undefined);
      },
    });
  }

  private trust(): TrustOptions {
    const { trust = deskTrust } = this.options;
    return typeof trust === "function" ? trust(this.running) : trust;
  }

  private breakable(store: Store): Store {
    const check = (key: string): void => {
      if (this.brokenKeys.has(key)) throw new Failure("STORE", `${key}: full`);
    };
    return {
      read: (key) => store.read(key),
      write: (key, value) => {
        check(key);
        store.write(key, value);
      },
      remove: (key) => {
        check(key);
        store.remove(key);
      },
    };
  }

  private interceptRequests(): void {
    const { topics } = this.cloud;
    const answer = topics.answer.bind(topics);
    topics.answer = (thingName, topic, payload) => {
      if (!topic.startsWith(`$aws/things/${THING}/jobs/`)) return undefined;
      const request: JobsRequest = {
        topic: topic.replace(`$aws/things/${THING}/jobs/`, ""),
        body: JSON.parse(payload.toString()),
        answer: () => answer(thingName, topic, payload),
      };
      this.requests.push(request);
      const other = this.onJobsRequest(request);
      return other === "silence" ? undefined : (other ?? request.answer());
    };
  }

  private newLink(): Link {
    const { clock, broker, outages } = this;
    const files = new FileServerModel({
      clock,
      reply: (request, index) => this.onFileRequest(index, request) ?? this.files.reply(request),
      fault: (index) => this.onFileReply(index),
      onDelivered: (byteCount) => {
        this.deliveredBytes += byteCount;
        this.onDelivered(this.deliveredBytes);
      },
    });
    const { connectMs } = this.options;
    return new Link({ clock, broker, files, outages, onConnection: () => undefined, connectMs });
  }
}

/** A refusal as the Jobs service words it. */
export function refusal(
  { topic, body }: JobsRequest,
  code: string,
  message = "by the test",
): Reply {
  const { clientToken } = body;
  return {
    topic: `$aws/things/${THING}/jobs/${topic}/rejected`,
    body: { code, message, ...(typeof clientToken === "string" && { clientToken }) },
  };
}
