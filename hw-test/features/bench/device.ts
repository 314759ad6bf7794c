import { buildImage } from "../../../tools/build/image.ts";
import type { BootName } from "../../../tools/image/formats.ts";
import type { ConsoleLine, Settings, TrackerDriver } from "../../driver.ts";
import { type BoardName, boards } from "../../trackers/boards.ts";
import type { Credentials } from "../../trackers/connect.ts";
import type { BoardConfig } from "../../trackers/serial/config.ts";
import { SerialBoard } from "../../trackers/serial/serial-board.ts";
import { isConfirmed, readSlot } from "../../trackers/slot-contents.ts";
import { startedVersion } from "../../trackers/started-version.ts";
import { VirtualTracker } from "../../trackers/virtual/tracker.ts";
import type { CloudSide, Registered } from "./cloud-side.ts";
import { Final } from "./final.ts";

/** On the bench nobody waits five minutes for a self-test. */
const selfTestDeadlineMs = 15_000;

/** A download that has not come so far by then never will, at the board's patience. */
const downloadMaxMs = 60_000;

export interface DeviceOptions {
  readonly cloud: CloudSide;
  readonly registered: Registered;
  /** Where a virtual tracker keeps its flash; undefined for a board. */
  readonly flashPath: string;
  readonly board: BoardConfig | BoardName;
  readonly boot: BootName;
}

/** A tracker with the whole firmware, virtual or real. */
export class Device {
  readonly driver: TrackerDriver;
  readonly lines: ConsoleLine[] = [];
  private readonly options: DeviceOptions;
  /** Why the rig gave it up. */
  private halted: Error | undefined;
  private downloaded = 0;
  private readonly onDownloaded = new Set<() => void>();

  static async create(options: DeviceOptions): Promise<Device> {
    const { cloud, registered, flashPath, board, boot } = options;
    const credentials: Credentials = {
      broker: { ca: cloud.broker.ca, ...registered.certificate },
      files: { ca: cloud.filesCa },
    };
    const { resolve } = cloud;
    const driver =
      typeof board === "string"
        ? new VirtualTracker({ flashPath, credentials, resolve, board, boot })
        : await SerialBoard.open(board, credentials);
    return new Device(driver, options);
  }

  private constructor(driver: TrackerDriver, options: DeviceOptions) {
    this.driver = driver;
    this.options = options;
    driver.onConsole((line) => this.lines.push(line));
    if (!(driver instanceof VirtualTracker)) return;
    driver.on("halted", (error) => {
      this.halted = error;
      this.wake();
    });
    driver.on("downloaded", (bytes) => {
      this.downloaded = bytes;
      this.wake();
    });
  }

  /** Flashes firmware built from firmware/, and tells it where its cloud is. */
  async flash(version: string, settings: Partial<Settings>): Promise<void> {
    const { hostName: brokerHost, port: brokerPort } = this.options.cloud.broker;
    const { boot } = this.options;
    await this.driver.flash({ slot0: (await buildImage({ version, boot })).image });
    await this.driver.provision({
      thingName: this.options.registered.id,
      brokerHost,
      brokerPort,
      imageHeader: "required",
      selfTestDeadlineMs,
      // On the bench nobody waits for others.
      startDelayMaxMs: 0,
      ...settings,
    });
  }

  /** The version that the firmware named when it last started; undefined if it never did. */
  started(): string | undefined {
    this.checkAlive();
    return this.lines
      .map(({ text }) => startedVersion(text))
      .findLast((found) => found !== undefined);
  }

  /** What a debug probe reads of the slot that boots. */
  async primary(): Promise<{ readonly version: string; readonly confirmed: boolean }> {
    this.checkAlive();
    if (this.driver instanceof VirtualTracker) {
      const { version, confirmed } = this.driver.bootReading;
      return { version: version ?? "none", confirmed };
    }
    const slot = readSlot(await this.driver.readFlash("image-0"));
    return { version: slot.image?.version ?? "none", confirmed: isConfirmed(slot) };
  }

  /** The parts that only a virtual tracker can do. @throws Error on a board */
  virtual(purpose: string): VirtualTracker {
    if (this.driver instanceof VirtualTracker) return this.driver;
    throw new Error(`only a virtual tracker can ${purpose}`);
  }

  /** @throws Final if the rig gave the tracker up, so that nobody waits for it */
  checkAlive(): void {
    if (this.halted !== undefined) throw new Final(`the rig gave up: ${this.halted.message}`);
  }

  /** Resolves as soon as connections to the file server have brought so many bytes. */
  async downloadOf(bytes: number): Promise<void> {
    this.virtual("tell how far its download is");
    const { board } = this.options;
    const maxMs = downloadMaxMs * (typeof board === "string" ? boards[board].patience : 1);
    const late = setTimeout(() => this.wake(), maxMs);
    const deadlineMs = performance.now() + maxMs;
    while (this.downloaded < bytes) {
      this.checkAlive();
      if (performance.now() >= deadlineMs) throw new Error(`${this.downloaded} bytes have come`);
      await new Promise<void>((resolve) => this.onDownloaded.add(resolve));
    }
    clearTimeout(late);
  }

  private wake(): void {
    for (const resume of this.onDownloaded) resume();
    this.onDownloaded.clear();
  }
}
