import type { LinkProfile } from "../driver.ts";
import type { VirtualClock } from "../model/virtual-clock.ts";

/** LTE-M's radio stays connected for about so long after the last byte (RRC inactivity timer). */
const RADIO_TAIL_MS = 10_000;

/** Bits that several trackers share, or one has alone: what one sends the others wait for. */
export class Cell {
  private readonly clock: VirtualClock;
  private readonly bitsPerSecond: number;
  private freeMs = 0;

  constructor(clock: VirtualClock, bitsPerSecond: number) {
    this.clock = clock;
    this.bitsPerSecond = bitsPerSecond;
  }

  /** @returns milliseconds until the bytes are through */
  carry(byteCount: number): number {
    const nowMs = this.clock.nowMs();
    this.freeMs = Math.max(this.freeMs, nowMs) + (byteCount * 8000) / this.bitsPerSecond;
    return this.freeMs - nowMs;
  }
}

export interface AirOptions {
  readonly clock: VirtualClock;
  readonly profile: LinkProfile;
  readonly cell: Cell;
  readonly random: () => number;
}

/** One tracker's radio: how long bytes take, and how long it is on for them. */
export class Air {
  /** For the energy: while bytes move, and the tail after the last of them. */
  radioMs = 0;
  bytesUp = 0;
  bytesDown = 0;
  private readonly options: AirOptions;
  private onUntilMs = 0;

  constructor(options: AirOptions) {
    this.options = options;
  }

  /** @returns milliseconds until they have arrived, half a round trip included */
  transitMs(direction: "up" | "down", byteCount: number): number {
    const { profile } = this.options;
    return this.carryMs(direction, byteCount) + profile.roundTripMs / 2;
  }

  /** @returns milliseconds until they have arrived, behind others that are on their way */
  carryMs(direction: "up" | "down", byteCount: number): number {
    const { profile, cell, random } = this.options;
    if (direction === "up") this.bytesUp += byteCount;
    else this.bytesDown += byteCount;
    const lostMs = random() < profile.lossShare ? profile.retransmitMs : 0;
    const durationMs = Math.ceil(cell.carry(byteCount) + lostMs);
    this.radioOn(durationMs + profile.roundTripMs / 2);
    return durationMs;
  }

  private radioOn(forMs: number): void {
    const nowMs = this.options.clock.nowMs();
    const untilMs = nowMs + forMs + RADIO_TAIL_MS;
    this.radioMs += Math.max(0, untilMs - Math.max(nowMs, this.onUntilMs));
    this.onUntilMs = Math.max(this.onUntilMs, untilMs);
  }
}
