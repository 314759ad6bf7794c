import { assert } from "../../assert.ts";
import type { Store } from "../../ports/store.ts";
import { decodeUtf8 } from "../../utf8.ts";
import type { BatteryInput } from "./power.ts";

/** What is soldered on. */
export interface Board {
  /** Who does TLS and resolves names: a modem, or the SDK (docs/porting.md, "TLS"). */
  readonly tls: "modem" | "sdk";
  /** MCUboot's swap mode; `move` if left out. `offset`: CONFIG_BOOT_SWAP_USING_OFFSET. */
  readonly swap?: "move" | "offset";
  /** The analog input that measures the battery; left out where there is none. */
  readonly battery?: BatteryInput;
}

/** Written into the key-value store when the tracker is provisioned: one JSON object. */
const KEY = "board";

/** A tracker whose modem does TLS, as an nRF9160 does. */
const withModem: Board = Object.freeze({ tls: "modem", battery: Object.freeze({ pin: 0 }) });

export function readBoard(store: Store): Board {
  const value = store.read(KEY);
  if (value === undefined) return withModem;
  const board: Board = JSON.parse(decodeUtf8(value));
  assert(board.tls === "modem" || board.tls === "sdk", "board names no TLS");
  const { swap = "move" } = board;
  assert(swap === "move" || swap === "offset", "board names no swap mode");
  return Object.freeze(board);
}
