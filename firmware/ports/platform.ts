import type { Boot } from "./boot.ts";
import type { Crc32 } from "./checksum.ts";
import type { Clock } from "./clock.ts";
import type { NewSha256 } from "./digest.ts";
import type { Flash } from "./flash.ts";
import type { ImageFormat } from "./image.ts";
import type { Log } from "./log.ts";
import type { Network } from "./network.ts";
import type { Power } from "./power.ts";
import type { Reset } from "./reset.ts";
import type { Store } from "./store.ts";

/** All that the client asks of a board, in one place. */
export interface Platform {
  readonly clock: Clock;
  readonly network: Network;
  /** The slot that the running image runs from. */
  readonly primary: Flash;
  /** The slot that the new image is written to. */
  readonly secondary: Flash;
  /** How images lie in both. */
  readonly format: ImageFormat;
  readonly boot: Boot;
  readonly store: Store;
  readonly reset: Reset;
  readonly power: Power;
  readonly newSha256: NewSha256;
  /** The board's own, where it has one: a page in JavaScript takes XS as long as thirty here. */
  readonly crc32?: Crc32 | undefined;
  /** Uniform in [0, 1): jitter and request tokens, nothing secret. */
  readonly random: () => number;
  readonly log: Log;
}
