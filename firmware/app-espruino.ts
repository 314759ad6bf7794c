import { sideToStart } from "./application/loader.ts";
import { loadState } from "./application/state.ts";
import type { ApplicationOptions } from "./application/update.ts";
import { ApplicationUpdate } from "./application/update.ts";
import { assert } from "./assert.ts";
import { EspruinoScripts, scriptName } from "./platforms/espruino/application-files.ts";
import { EspruinoClock } from "./platforms/espruino/clock.ts";
import {
  bytesOfBase64,
  resetOnTrialFailure,
  runScript,
  scripts,
} from "./platforms/espruino/script-globals.ts";
import { EspruinoStore } from "./platforms/espruino/store.ts";
import { COMPILED_IN, trustAnchors } from "./trust-anchors.ts";
import { verifier } from "./verify/p256-plain.ts";

/*
 * Application updates on Espruino (docs/espruino.md). `.bootcde` holds two calls of it, and the link
 * that brings the chunks is the application's own.
 */

const store = new EspruinoStore(scripts);

export { bytesOfBase64 };

/** Starts the script that is to run, or none. */
export function start(): void {
  const side = sideToStart(store);
  if (side === undefined) return;
  if (loadState(store).trial !== undefined) resetOnTrialFailure();
  runScript(scriptName(side));
}

/** What is known of the board by its application. */
export function newUpdate(
  board: Pick<ApplicationOptions, "hardware" | "byteLengthMax">,
): ApplicationUpdate {
  const anchors = trustAnchors(COMPILED_IN);
  assert(anchors.length > 0 && verifier !== undefined, "no trust anchor in this image");
  return new ApplicationUpdate({
    files: new EspruinoScripts(scripts),
    store,
    clock: new EspruinoClock(scripts),
    keys: anchors.map(({ point }) => keyOf(point)),
    verifier,
    sha256: (bytes) => new Uint8Array(scripts.sha256(bytes)),
    crc32: scripts.crc32,
    hardware: board.hardware,
    byteLengthMax: board.byteLengthMax,
  });
}

function keyOf(point: string): Uint8Array {
  const key = new Uint8Array(point.length >> 1);
  for (let at = 0; at < key.length; at++) key[at] = parseInt(point.slice(2 * at, 2 * at + 2), 16);
  return key;
}
