import type { Platform } from "../../firmware/ports/platform.ts";
import { Desk } from "../desk/desk.ts";
import type { Firmware } from "../desk/images.ts";
import type { Outage } from "../desk/plan.ts";

const DAY_MS = 24 * 3600_000;
const HOUR_MS = 3600_000;
/** The board's store (hw-test/board/kv.h): before name and value, and the name of its domain. */
const RECORD_HEAD_BYTES = 8;
const DOMAIN = "tracker-fota/";

/** How a tracker's years are spent. */
export interface YearOrder {
  /** Days with an update each. */
  readonly updateDays: number;
  /** Days after them without one, over which the clock of a board wraps: 24.8 and 49.7 days. */
  readonly quietDays: number;
}

/** What is left of them. */
export interface YearFigures {
  readonly days: number;
  readonly updates: number;
  /** Days on which broker and file server were away for twelve hours, or the power failed. */
  readonly outages: number;
  readonly powerCuts: number;
  /** Updates that a power cut in the trial undid; each was ordered once more. */
  readonly reverts: number;
  readonly boots: number;
  /** Of the page that was erased most. */
  readonly erases: {
    readonly primary: number;
    readonly secondary: number;
  };
  readonly store: {
    readonly changes: number;
    /** That they append to the board's log. */
    readonly logBytes: number;
    /** That are held after the second update, and at the end. */
    readonly heldBytes: readonly [number, number];
  };
  /** Alarms that are set after the second update, and at the end: what a leak would show in. */
  readonly alarms: readonly [number, number];
  readonly jobsRequests: number;
  /** Of the last day's update, from the order to its end. */
  readonly lastUpdateS: number;
  readonly running: string;
}

/** One tracker, day by day, in virtual time. */
class Life {
  readonly desk: Desk;
  updates = 0;
  reverts = 0;
  outages = 0;
  powerCuts = 0;
  jobsRequests = 0;
  storeChanges = 0;
  storeLogBytes = 0;
  lastUpdateS = 0;

  constructor() {
    this.desk = new Desk({
      settings: { allowDowngrade: true, startDelayMaxMs: 120_000 },
      adapt: (platform) => this.counting(platform),
    });
    this.desk.powerOn();
  }

  /** An update in the middle of the day, and once a week something that goes wrong with it. */
  dayWithUpdate(day: number): void {
    const { desk } = this;
    const endMs = desk.clock.nowMs() + DAY_MS;
    if (day % 7 === 3) this.loseServers();
    desk.runFor(6 * HOUR_MS);
    if (!this.update(day % 7 === 6 ? () => this.losePower() : () => undefined)) {
      // The power failed in the trial: the old image runs, and the job is ordered once more.
      this.reverts += 1;
      if (!this.update(() => undefined)) throw new Error(`day ${day}: reverted again`);
    }
    this.updates += 1;
    desk.runFor(endMs - desk.clock.nowMs());
    this.forget();
  }

  /** @returns false if the new image was reverted */
  private update(fault: () => void): boolean {
    const { desk } = this;
    const fromMs = desk.clock.nowMs();
    const jobId = desk.cloud.order(this.nextFirmware());
    fault();
    desk.runUntilOver(jobId);
    this.lastUpdateS = Math.round((desk.clock.nowMs() - fromMs) / 1000);
    const { status, reason } = desk.end(jobId);
    if (status !== "SUCCEEDED" && reason !== "REVERTED") throw new Error(`${status} ${reason}`);
    return status === "SUCCEEDED";
  }

  quietDay(): void {
    this.desk.runFor(DAY_MS);
    this.forget();
  }

  heldBytes(): number {
    const { values } = this.desk.tracker.store;
    return [...values].reduce((sum, [key, value]) => sum + key.length + value.byteLength, 0);
  }

  erases(part: "primary" | "secondary"): number {
    const { bootloader, firmware } = this.desk.tracker[part].counts.erases;
    return Math.max(...bootloader.map((count, page) => count + (firmware[page] ?? 0)));
  }

  private nextFirmware(): Firmware {
    const { offered, next } = this.desk.firmwares;
    return this.updates % 2 === 0 ? offered : next;
  }

  /** Nobody answers for twelve hours, in which the job is made. */
  private loseServers(): void {
    const fromS = this.desk.clock.nowMs() / 1000;
    const away = (server: Outage["server"], how: Outage["how"]): Outage => ({
      server,
      how,
      fromS,
      forS: 12 * 3600,
    });
    this.desk.outages.splice(0);
    this.desk.outages.push(away("broker", "lose"), away("files", "refuse"));
    this.outages += 1;
  }

  /** In the wait before the job's start, the download, or the trial. */
  private losePower(): void {
    const { desk } = this;
    desk.runFor(4_000 * (1 + (this.powerCuts % 30)));
    desk.reset();
    desk.wasPowerLoss = true;
    desk.powerOn();
    desk.wasPowerLoss = false;
    this.powerCuts += 1;
  }

  /** What the desk keeps for tests. */
  private forget(): void {
    const { desk } = this;
    this.jobsRequests += desk.requests.length;
    desk.requests.length = 0;
    desk.log.splice(0, desk.log.length - 100);
  }

  private counting(platform: Platform): Platform {
    const { store } = platform;
    const count = (key: string, byteLength: number): void => {
      this.storeChanges += 1;
      const bytes = RECORD_HEAD_BYTES + DOMAIN.length + key.length + byteLength;
      this.storeLogBytes += Math.ceil(bytes / 4) * 4;
    };
    return {
      ...platform,
      store: {
        read: (key) => store.read(key),
        write: (key, value) => {
          count(key, value.byteLength);
          store.write(key, value);
        },
        remove: (key) => {
          count(key, 0);
          store.remove(key);
        },
      },
    };
  }
}

/** @throws Error where an update does not end well */
export function runYear({ updateDays, quietDays }: YearOrder): YearFigures {
  const life = new Life();
  const { desk } = life;
  let after: readonly [number, number] = [0, 0];
  for (let day = 0; day < updateDays; day += 1) {
    life.dayWithUpdate(day);
    if (day === 1) after = [life.heldBytes(), desk.clock.pendingCount];
  }
  for (let day = 0; day < quietDays; day += 1) life.quietDay();
  life.dayWithUpdate(0);
  return {
    days: updateDays + quietDays + 1,
    updates: life.updates,
    outages: life.outages,
    powerCuts: life.powerCuts,
    reverts: life.reverts,
    boots: desk.boots,
    erases: { primary: life.erases("primary"), secondary: life.erases("secondary") },
    store: {
      changes: life.storeChanges,
      logBytes: life.storeLogBytes,
      heldBytes: [after[0], life.heldBytes()],
    },
    alarms: [after[1], desk.clock.pendingCount],
    jobsRequests: life.jobsRequests,
    lastUpdateS: life.lastUpdateS,
    running: desk.running,
  };
}
