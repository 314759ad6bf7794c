import { runOnXs } from "../tracker/on-xs.ts";

/** What stays in use once a script has loaded, after a garbage collection. */
export interface HeapUse {
  readonly slotBytes: number;
  readonly chunkBytes: number;
}

const imports = {
  "built-ins and board": [],
  "with mqtt-packet": ['export { default } from "mqtt-packet";'],
  "with mqtt/": ['export { MqttClient } from "./mqtt/client.ts";'],
  "with the whole firmware": [
    'export { Update } from "./update/update.ts";',
    'export { moddablePlatform } from "./platforms/moddable/platform.ts";',
    'export { readSettings } from "./platforms/settings.ts";',
    'export { McubootBoot } from "./swap/mcuboot.ts";',
    'export { batteryGate } from "./update/gate.ts";',
  ],
} as const;

export type Part = keyof typeof imports;

/** Loads that much of the firmware on the real engine and runs none of it. */
export async function heapOfPart(part: Part): Promise<HeapUse> {
  const lines = [...imports[part], 'trace(JSON.stringify(heap()) + "\\n");'];
  const { output } = await runOnXs(lines.join("\n"));
  return JSON.parse(output) as HeapUse;
}
