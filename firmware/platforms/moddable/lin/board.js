// What SDK 8.2.3 does not have for Linux: no System.restart, a System.resolve that knows only the first
// address of a host and none if that is IPv6, random numbers from rand(), and no watchdog.
// The SDK loads what is named `setup/…` before the application's main module.

import FFI from "mc/ffi";
import RNG from "rng";
import Timer from "timer";

// As on Zephyr: a new image that hangs is reverted by the reset that follows.
const WATCHDOG_MS = 60_000;
const SEED_BYTES = 32;

const native = new FFI();

const seed = new Uint8Array(SEED_BYTES);
if (native.tracker_entropy(seed.buffer, seed.byteLength) < 0) throw new Error("no entropy");
RNG.init(seed.buffer);

if (native.tracker_watchdog_start(WATCHDOG_MS) < 0) throw new Error("no watchdog");
Timer.repeat(() => native.tracker_watchdog_feed(), WATCHDOG_MS / 4);

// The SDK's own is frozen; an application may use what else it has.
globalThis.System = Object.freeze({
  ...System,
  restart() {
    native.tracker_restart();
  },
  resolve(host, onResolved) {
    const address = native.tracker_resolve(host);
    Timer.set(() => onResolved(host, address === "" ? undefined : address), 0);
  },
});
