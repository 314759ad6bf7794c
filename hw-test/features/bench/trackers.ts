import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BootName } from "../../../tools/image/formats.ts";
import type { BoardName } from "../../trackers/boards.ts";
import type { BoardConfig } from "../../trackers/serial/config.ts";
import type { CloudSide, Registered } from "./cloud-side.ts";
import { Device } from "./device.ts";
import type { JobListener } from "./job-listener.ts";

/** What is alive of a tracker that features call by a name. */
export interface TrackerEntry {
  readonly registered: Registered;
  /** Its Jobs side alone. */
  listener?: JobListener;
  /** The whole of it. */
  device?: Device;
}

/** What the trackers are. */
export interface Boards {
  /** Real boards by the names that features call them. */
  readonly real: ReadonlyMap<string, BoardConfig>;
  /** What every other tracker runs on. */
  readonly others: BoardName;
  /** The bootloader of these; MCUboot if left out. */
  readonly boot?: BootName;
}

export class Trackers {
  private readonly cloud: CloudSide;
  private readonly boards: Boards;
  private readonly entries = new Map<string, TrackerEntry>();
  private folder: string | undefined;

  constructor(cloud: CloudSide, boards: Boards) {
    this.cloud = cloud;
    this.boards = boards;
  }

  /** Takes the place of an earlier tracker of this name. */
  async add(name: string, registered: Registered): Promise<void> {
    await stopEntry(this.entries.get(name));
    this.entries.set(name, { registered });
  }

  get(name: string): TrackerEntry {
    const entry = this.entries.get(name);
    if (entry === undefined) throw new Error(`there is no certificate for the ${name} tracker yet`);
    return entry;
  }

  /** The tracker with the whole firmware. @throws Error if it has never been flashed */
  device(name: string): Device {
    const { device } = this.get(name);
    if (device === undefined) throw new Error(`the ${name} tracker has no firmware yet`);
    return device;
  }

  /** What their images are made for. */
  get boot(): BootName {
    return this.boards.boot ?? "mcuboot";
  }

  /** A new one, in the place of any earlier one. */
  async newDevice(name: string): Promise<Device> {
    const entry = this.get(name);
    await entry.device?.driver.stop();
    this.folder ??= mkdtempSync(join(tmpdir(), "tracker-bench-"));
    const flashPath = join(this.folder, `${entry.registered.id}.bin`);
    rmSync(flashPath, { force: true });
    const { cloud } = this;
    const { registered } = entry;
    const board = this.boards.real.get(name) ?? this.boards.others;
    entry.device = await Device.create({ cloud, registered, flashPath, board, boot: this.boot });
    return entry.device;
  }

  async stop(): Promise<void> {
    for (const entry of this.entries.values()) await stopEntry(entry);
    this.entries.clear();
    if (this.folder !== undefined) rmSync(this.folder, { recursive: true });
  }
}

async function stopEntry(entry: TrackerEntry | undefined): Promise<void> {
  entry?.listener?.stop();
  await entry?.device?.driver.stop();
}
