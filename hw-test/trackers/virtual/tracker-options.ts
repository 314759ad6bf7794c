import type { BootName } from "../../../tools/image/formats.ts";
import type { ConsoleLine, LinkProfile } from "../../driver.ts";
import type { BoardName } from "../boards.ts";
import type { Credentials, Resolve, Target } from "../connect.ts";
import type { BoardEvents } from "./board-events.ts";
import type { Fault } from "./faults.ts";
import type { JudgedOperation } from "./flash-gate.ts";
import type { FlashTiming } from "./flash-timing.ts";
import type { CycleEnd, ResetCause } from "./power-cycle.ts";
import type { ConnectionChange } from "./sockets.ts";

export interface VirtualTrackerOptions {
  /** The flash image; made, erased, if there is none. */
  readonly flashPath: string;
  readonly credentials: Credentials;
  readonly resolve: Resolve;
  /** Those that the tracker's side acts on are picked out: power, drop, stall, corrupt. */
  readonly faults?: readonly Fault[];
  readonly link?: LinkProfile;
  /** Hands received bytes over in whole pieces of so many, so that instructions can be compared. */
  readonly pieceBytes?: number;
  /** How long flash operations take; no time if left out. */
  readonly flashTiming?: FlashTiming;
  /** Seed of the link's losses. */
  readonly seed?: number;
  /** Whether the board starts again after such an end. Default: after resets and power cuts. */
  readonly restartsAfter?: (end: CycleEnd) => boolean;
  /** Resets in a minute after which the rig calls it a boot loop. */
  readonly resetsPerMinuteMax?: number;
  /** What it runs on. Default: linux. */
  readonly board?: BoardName;
  /** Its bootloader. Default: mcuboot. */
  readonly boot?: BootName;
  /** It runs in a jail (jail.ts). */
  readonly jail?: boolean;
  /** More arguments for the board's `run`. */
  readonly boardArguments?: readonly string[];
}

export interface VirtualTrackerEvents {
  console: [ConsoleLine];
  boot: [BoardEvents["boot"]];
  start: [BoardEvents["start"]];
  heap: [BoardEvents["heap"]];
  exception: [BoardEvents["exception"]];
  /** A power cycle is about to begin. */
  cycleStart: [ResetCause];
  /** A power cycle is over; `restarts` says whether the next one follows by itself. */
  cycleEnd: [{ readonly end: CycleEnd; readonly detail: string; readonly restarts: boolean }];
  /** The rig gives up: a boot loop, no bootable image, or a board that broke the protocol. */
  halted: [Error];
  /** The board asks for it; the flash is as it was before. */
  flashOperation: [JudgedOperation];
  connection: [ConnectionChange];
  /** Bytes that connections to the file server have brought so far, HTTP heads included. */
  downloaded: [number];
  /** Why a connection has ended or did not come up; the firmware hears only that it has. */
  socketError: [{ readonly target: Target; readonly reason: string }];
}
