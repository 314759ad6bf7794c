import type { OrderName } from "./orders.ts";

/**
 * What happened in a run, in order: what the live page shows and the report keeps. Plain data, for
 * it goes through JSON. Not more than what the rig knows: a tracker's reads of its own flash pass
 * it by.
 */
export type RunEvent = { readonly [Kind in keyof RunEvents]: Timed<Kind> }[keyof RunEvents];

type Timed<Kind extends keyof RunEvents> = {
  readonly kind: Kind;
  /** Milliseconds since the first event. */
  readonly atMs: number;
} & RunEvents[Kind];

/** An event before it has its time. */
export type RunFact = { readonly [Kind in keyof RunEvents]: Untimed<Kind> }[keyof RunEvents];

type Untimed<Kind extends keyof RunEvents> = { readonly kind: Kind } & RunEvents[Kind];

/** A page of flash by its contents; `both`: the two images have the same there. */
export type Content = "erased" | "old" | "new" | "both" | "other";

export type Side = "tracker" | "cloud";
/** `tcp`: without TLS, not in a whole update. */
export type Server = "broker" | "files" | "tcp";
export type SlotName = "image-0" | "image-1";
/** By the name of its bootloader (`--boot`). */
export type Boot = "mcuboot" | "esp-idf";

/** What a sector of ESP-IDF's otadata says. */
export interface OtadataSector {
  readonly seq: number;
  /** 0 for ota_0. */
  readonly slot: 0 | 1;
  readonly state: string;
  /** Its CRC is that of its number. */
  readonly isSound: boolean;
}

export interface BytesBothWays {
  readonly up: number;
  readonly down: number;
}

export interface RunEvents {
  /** Always the first. */
  run: {
    /** Tells one run from another. */
    readonly id: string;
    /** ISO 8601. */
    readonly startedAt: string;
    readonly to: string;
    readonly board: string;
    readonly boot: Boot;
    readonly faults: readonly string[];
    readonly link: string;
    /** Bits per second each way; absent where the link has no limit. */
    readonly bitsPerSecond?: number;
    /** What the tracker needs to fetch. */
    readonly totalBytes: number;
  };
  console: { readonly text: string };
  flash: {
    readonly actor: "bootloader" | "firmware";
    readonly operation: "erase" | "write";
    /** In the whole flash. */
    readonly address: number;
    readonly byteLength: number;
    /** How much of it took place: a power cut leaves `none` or `part`. */
    readonly extent: "none" | "part" | "all";
  };
  /** The contents of every page, from the first on. */
  pages: { readonly contents: readonly Content[] };
  /** The contents of one page have changed, seen when the next one is worked on. */
  page: { readonly page: number; readonly content: Content };
  /** A slot's MCUboot trailer, decoded. */
  trailer: {
    readonly slot: SlotName;
    readonly magic: string;
    readonly imageOk: string;
    readonly copyDone: string;
    readonly swapType: string;
  };
  /** Of ESP-IDF's bootloader: both sectors, null for one without a number. */
  otadata: { readonly entries: readonly (OtadataSector | null)[] };
  powerOn: { readonly cause: string };
  /** `end`: how the power cycle ended; a reset, a power cut, or for good. */
  powerOff: { readonly end: string; readonly detail: string };
  boot: { readonly swap: string; readonly running: string; readonly refused: boolean };
  connection: {
    readonly server: Server;
    readonly state: "up" | "closed" | "lost";
    readonly reason?: string;
  };
  message: { readonly from: Side; readonly topic: string; readonly body: string };
  /** Payload bytes so far. */
  bytes: { readonly broker: BytesBothWays; readonly files: BytesBothWays };
  /** An execution as the cloud has it; no `status` when it was deleted. */
  job: {
    readonly jobId: string;
    readonly status?: string;
    readonly versionNumber: number;
    readonly details: Readonly<Record<string, string>>;
  };
  /** Somebody laid hands on the run. */
  order: { readonly name: OrderName; readonly value: string };
  /** The link from now on. */
  link: { readonly name: string; readonly bitsPerSecond?: number };
  /** The record has its most events: what comes later is not in it. */
  full: object;
  /** Always the last. */
  end: { readonly done: boolean; readonly text: string; readonly summary: string };
}
