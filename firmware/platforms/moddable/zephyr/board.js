// What SDK 8.2.3 does not have for Zephyr: its System.restart loops for ever, its System.resolve
// does nothing, its TLS draws on rand(), and nothing feeds a watchdog.
// The SDK loads what is named `setup/…` before the application's main module.

import UDP from "embedded:io/socket/udp";
import Resolver from "embedded:network/dns/resolver/udp";
import config from "mc/config";
import FFI from "mc/ffi";
import RNG from "rng";
import Timer from "timer";

// A new image that hangs is reverted by the reset that follows. Much longer than any one turn of the
// firmware.
const WATCHDOG_MS = 60_000;
const SEED_BYTES = 32;

const native = new FFI();

const seed = new Uint8Array(SEED_BYTES);
ok(native.tracker_entropy(seed.buffer, seed.byteLength), "no entropy");
RNG.init(seed.buffer);

ok(native.tracker_watchdog_start(WATCHDOG_MS), "no watchdog");
Timer.repeat(() => native.tracker_watchdog_feed(), WATCHDOG_MS / 4);

const resolver = new Resolver({ servers: config.dns, socket: { io: UDP } });

// The SDK's own is frozen in flash.
globalThis.System = Object.freeze({
  restart() {
    native.tracker_reboot();
  },
  crc32(crc, bytes, start, end) {
    const { buffer, byteOffset } = bytes;
    // The native one's result is signed.
    return native.tracker_crc32(crc | 0, buffer, byteOffset + start, end - start) >>> 0;
  },
  resolve(host, onResolved) {
    resolver.resolve({
      host,
      onResolved,
      onError: () => onResolved(host, undefined),
    });
  },
});

function ok(result, message) {
  if (result < 0) throw new Error(`${message} (${result})`);
}
