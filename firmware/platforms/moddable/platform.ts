import type { Platform } from "../../ports/platform.ts";
import type { Board } from "./board.ts";
import { boardCrc32 } from "./checksum.ts";
import { ModdableClock } from "./clock.ts";
import { readCredentials } from "./credentials.ts";
import { newSha256 } from "./digest.ts";
import { ModemNetwork, SdkNetwork } from "./network.ts";
import { ModdablePower } from "./power.ts";
import { moddableReset } from "./reset.ts";
import type { ModdableStore } from "./store.ts";

/** What depends on the bootloader. */
export type BootPorts = Pick<Platform, "primary" | "secondary" | "format" | "boot">;

/** All of a board. What it has was written to its store when it was provisioned. */
export function moddablePlatform(store: ModdableStore, board: Board, ports: BootPorts): Platform {
  return {
    clock: new ModdableClock(),
    network: board.tls === "sdk" ? new SdkNetwork(readCredentials()) : new ModemNetwork(),
    primary: ports.primary,
    secondary: ports.secondary,
    format: ports.format,
    boot: ports.boot,
    store,
    reset: moddableReset,
    power: new ModdablePower(board.battery),
    newSha256,
    crc32: boardCrc32(),
    random: Math.random,
    log: (line) => trace(`${line}\n`),
  };
}
