import type { Settings as FirmwareSettings } from "../firmware/settings.ts";
import type { PartitionName } from "../tools/image/memory-map.ts";

/**
 * The radio link between the tracker and its servers. The model carries application bytes: what
 * TLS, TCP and IP add is not counted.
 */
export interface LinkProfile {
  readonly name: string;
  /** Bits per second in each direction; Infinity for no limit. */
  readonly bitsPerSecond: number;
  /** Milliseconds there and back; half of it each way. */
  readonly roundTripMs: number;
  /**
   * Share of segments that need to be sent again, 0 to below 1. A byte stream loses nothing: what
   * follows waits behind the repeated segment, `retransmitMs` longer.
   */
  readonly lossShare: number;
  readonly retransmitMs: number;
}

/**
 * What a tracker is told once, before it is deployed; the firmware has defaults for the rest.
 * Certificates are not among it: they are the modem's, here the rig's.
 */
export type Settings = Partial<FirmwareSettings> &
  Pick<FirmwareSettings, "thingName" | "brokerHost" | "brokerPort">;

/** One line of the tracker's console. */
export interface ConsoleLine {
  /** Milliseconds since the rig took the tracker in hand. */
  readonly atMs: number;
  /** Without its line end. */
  readonly text: string;
}

/** What the battery gauge and the modem tell the firmware; 0 to 1000 of the full scale. */
export type InputName = "battery" | "signal";

/**
 * What a rig does to a tracker, virtual or real. A real board has a debug probe (flash, reset), a
 * switched supply (power), a serial port (console), its network behind the rig (link), and a
 * programmable supply or a test command (inputs). What only a virtual tracker can do, such as a
 * power cut at the n-th flash operation, is not here but on its own class.
 */
export interface TrackerDriver {
  /** Writes an image into the primary slot, or a whole flash image. The power must be off. */
  flash(what: { slot0: Uint8Array } | { whole: Uint8Array }): Promise<void>;

  /** Writes what the tracker must know before it is deployed. The power must be off. */
  provision(settings: Settings): Promise<void>;

  /** Resolves when the tracker has power; its console shows the rest. */
  powerOn(): Promise<void>;

  /** Takes the power away at once; resolves when nothing runs any more. */
  cutPower(): Promise<void>;

  /** Pulls the reset line. */
  reset(): Promise<void>;

  /** Calls `onLine` for each line from now on. @returns a function that ends it */
  onConsole(onLine: (line: ConsoleLine) => void): () => void;

  /** The flash as it is now, of one partition or of all. */
  readFlash(partition?: PartitionName): Promise<Uint8Array>;

  /** Rate, latency and loss from now on. */
  setLink(profile: LinkProfile): void;

  /** What an input reads from now on, through resets: 0 to 1000. */
  setInput(input: InputName, value: number): void;

  /** Ends everything and frees what the rig holds; the driver is of no use afterwards. */
  stop(): Promise<void>;
}
