import { startClient } from "./tracker-fota.ts";
import { COMPILED_IN } from "./trust-anchors.ts";
import { FIRMWARE_VERSION } from "./version.ts";

/**
 * The client and nothing else, as the rig builds it. What the board calls when it has loaded this
 * module, which only defines: so that all of it can be linked into ROM
 * (docs/decisions/011-read-only-heap.md).
 */
export default function start(): void {
  startClient({ version: FIRMWARE_VERSION, trust: COMPILED_IN });
}
