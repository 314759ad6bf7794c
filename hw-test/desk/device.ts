import { createHash } from "node:crypto";
import type { Network } from "../../firmware/ports/network.ts";
import type { Platform } from "../../firmware/ports/platform.ts";
import type { Settings } from "../../firmware/settings.ts";
import { Update } from "../../firmware/update/update.ts";
import type { BootPorts } from "./boot-model.ts";
import type { DeviceClock } from "./device-clock.ts";
import type { Flavour } from "./images.ts";
import { THING } from "./jobs-cloud.ts";
import type { PoweredStore } from "./powered-store.ts";
import { deskTrust } from "./signing.ts";

/** Thrown where the tracker resets: by itself, or because its code crashed. */
export class Restart extends Error {
  constructor(cause: "software" | "crash") {
    super(cause);
  }
}

export const slotAddresses = Object.freeze({ primary: 0x10000, secondary: 0x80000 });
/** Where `main` looks for the broker. */
export const BROKER_HOST = "broker.example";
const APPLICATION_MS = 500;

export const settings: Settings = Object.freeze({
  thingName: THING,
  brokerHost: BROKER_HOST,
  brokerPort: 8883,
  slotAddresses,
  imageHeader: "required",
  evidence: "required",
  allowDowngrade: false,
  hardware: undefined,
  selfTestDeadlineMs: 300_000,
  failedJobWaitMaxMs: 3_600_000,
  startDelayMaxMs: 0,
  rollbackAfterStarts: undefined,
  batteryMinimum: undefined,
});

export interface DeviceParts {
  readonly clock: DeviceClock;
  readonly network: Network;
  /** Of the bootloader that the tracker has. */
  readonly ports: BootPorts;
  readonly store: PoweredStore;
  readonly random: () => number;
  readonly log: (line: string) => void;
  /** How this run of the device began. */
  readonly wasPowerLoss: boolean;
  /** What the firmware was provisioned with; the desk's own tracker if left out. */
  readonly settings?: Settings | undefined;
  /** The firmware is about to reset the device. */
  readonly onRestart?: (() => void) | undefined;
}

/** What an image does after its start, put together as firmware/main.ts does it. */
export function startFirmware(flavour: Flavour, parts: DeviceParts): void {
  if (flavour === "crash") throw new Restart("crash");
  const platform = platformOf(parts);
  new Update({
    platform,
    settings: parts.settings ?? settings,
    gates: [],
    trust: deskTrust,
    application(done) {
      if (flavour === "silent") return;
      const problem = flavour === "sick" ? "the sensor is silent" : undefined;
      platform.clock.alarm(APPLICATION_MS, () => done(problem));
    },
  }).start();
}

export function platformOf(parts: DeviceParts): Platform {
  const { clock, network, ports, store, random, log } = parts;
  return {
    clock,
    network,
    ...ports,
    store,
    random,
    log,
    reset: {
      restart() {
        parts.onRestart?.();
        throw new Restart("software");
      },
      wasPowerLoss: () => parts.wasPowerLoss,
    },
    power: { batteryPercent: () => 80, signalDbm: () => -90 },
    newSha256: () => {
      const hash = createHash("sha256");
      return {
        update: (bytes) => void hash.update(bytes),
        finish: () => new Uint8Array(hash.digest()),
      };
    },
  };
}
