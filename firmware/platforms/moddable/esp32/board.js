// What the SDK does not have on ESP32, or has under another name. Its System.restart and
// System.resolve work there, and its TLS draws on the chip's random numbers.
// The SDK loads what is named `setup/…` before the application's main module.

import FFI from "mc/ffi";
import Timer from "timer";

// A new image that hangs is reverted by the reset that follows. Much longer than any one turn of the
// firmware.
const WATCHDOG_MS = 60_000;

const native = new FFI();
const { System: sdk } = globalThis;

const result = native.tracker_watchdog_start(WATCHDOG_MS);
if (result !== 0) throw new Error(`no watchdog (${result})`);
Timer.repeat(() => native.tracker_watchdog_feed(), WATCHDOG_MS / 4);

// The SDK's own is frozen in flash.
globalThis.System = Object.freeze({
  restart: () => sdk.restart(),
  resolve: (host, onResolved) => sdk.resolve(host, onResolved),
  resetCause: native.tracker_was_power_loss() === 1 ? "power-on" : "reset",
  crc32(crc, bytes, start, end) {
    const { buffer, byteOffset } = bytes;
    // The native one's result is signed.
    return native.tracker_crc32(crc | 0, buffer, byteOffset + start, end - start) >>> 0;
  },
});
