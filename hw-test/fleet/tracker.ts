import { config } from "../../firmware/config.ts";
import type { BrokerModel } from "../desk/broker.ts";
import { Restart, settings, startFirmware } from "../desk/device.ts";
import { DeviceClock } from "../desk/device-clock.ts";
import { FileServerModel } from "../desk/file-server.ts";
import type { TrackerMap } from "../desk/geometries.ts";
import { flavourOf } from "../desk/images.ts";
import { cleanPlan } from "../desk/plan.ts";
import { Random } from "../desk/random.ts";
import { TrackerModel } from "../desk/tracker-model.ts";
import type { LinkProfile } from "../driver.ts";
import type { HttpReply, HttpRequest } from "../model/http-server.ts";
import type { VirtualClock } from "../model/virtual-clock.ts";
import { Air, type Cell } from "./air.ts";
import { TrackerLink } from "./tracker-link.ts";

/** From a reset to the client's start: the bootloader, its swap and the engine's start. */
const BOOT_MS = 5_000;

/** What a tracker is given of the world that it shares with all others. */
export interface World {
  readonly clock: VirtualClock;
  readonly profile: LinkProfile;
  readonly map: TrackerMap;
  readonly factoryImage: Uint8Array;
  readonly broker: BrokerModel;
  readonly isBrokerUp: () => boolean;
  readonly fileReply: (request: HttpRequest) => HttpReply;
  readonly onConnection: (server: "broker" | "files") => void;
  readonly onBrokerPacket: (direction: "up" | "down", name: string) => void;
  /** Its link has work. */
  readonly onTouched: (tracker: FleetTracker) => void;
  /** Its firmware resets it: the code that runs is about to stop. */
  readonly onRestart: (tracker: FleetTracker) => void;
}

/** One tracker of a fleet: the whole client, its two slots, store and bootloader, and its radio. */
export class FleetTracker {
  readonly name: string;
  readonly air: Air;
  /** Versions that its boots started, in order. */
  readonly versions: string[] = [];
  private readonly world: World;
  private readonly model: TrackerModel;
  private readonly link: TrackerLink;
  private readonly random: Random;
  private clock: DeviceClock | undefined;

  constructor(world: World, { index, cell }: { readonly index: number; readonly cell: Cell }) {
    const { clock, profile, broker, isBrokerUp, onConnection, onBrokerPacket } = world;
    this.world = world;
    this.name = `tracker-${index + 1}`;
    this.random = new Random(0x51ed27 + index * 7919);
    this.air = new Air({ clock, profile, cell, random: this.random.next });
    this.model = new TrackerModel({
      map: world.map,
      plan: { ...cleanPlan, seed: index },
      factoryImage: world.factoryImage,
      onOperation: () => {},
    });
    this.link = new TrackerLink({
      clock,
      profile,
      air: this.air,
      broker,
      files: this.newFileServer(),
      isBrokerUp,
      onConnection,
      onBrokerPacket,
      onTouched: () => world.onTouched(this),
    });
  }

  get isOn(): boolean {
    return this.clock !== undefined;
  }

  /** The version that runs. */
  get running(): string | undefined {
    return this.versions.at(-1);
  }

  /** What runs is confirmed: the next reset starts it again. */
  get isConfirmed(): boolean {
    return !this.model.bootModel.isUnconfirmed;
  }

  /** Times that a boot went back to the version that it was made with. */
  get reverts(): number {
    const [first, ...later] = this.versions;
    return later.filter((one, at) => one === first && this.versions[at] !== first).length;
  }

  /** After the time that a boot takes. */
  powerOn(wasPowerLoss: boolean): void {
    const clock = new DeviceClock(this.world.clock);
    this.clock = clock;
    clock.alarm(BOOT_MS, () => this.boot(clock, wasPowerLoss));
  }

  /** The code stops where it is. */
  powerOff(): void {
    this.clock?.stop();
    this.clock = undefined;
    this.link.cutOff();
  }

  reset(): void {
    this.powerOff();
    this.powerOn(false);
  }

  serve(): boolean {
    return this.link.serve();
  }

  breakBroker(): void {
    this.link.breakBroker();
  }

  private boot(clock: DeviceClock, wasPowerLoss: boolean): void {
    const { image } = this.model.boot();
    if (image === undefined) throw new Error(`${this.name}: no bootable image`);
    this.versions.push(image.version);
    const onRestart = () => this.world.onRestart(this);
    const flavour = flavourOf(image.body);
    if (flavour === "crash") {
      onRestart();
      throw new Restart("crash");
    }
    const { bootModel, store } = this.model;
    startFirmware(flavour, {
      clock,
      network: this.link,
      ports: bootModel.ports(undefined),
      store,
      random: this.random.next,
      log: () => {},
      wasPowerLoss,
      settings: {
        ...settings,
        thingName: this.name,
        startDelayMaxMs: config.startDelayMaxMs,
      },
      onRestart,
    });
  }

  private newFileServer(): FileServerModel {
    const { clock, profile, fileReply } = this.world;
    return new FileServerModel({
      clock,
      reply: fileReply,
      fault: () => undefined,
      onDelivered: () => {},
      link: {
        requestMs: (bytes) => this.air.carryMs("up", bytes) + profile.roundTripMs,
        pieceMs: (bytes) => this.air.carryMs("down", bytes),
      },
    });
  }
}
