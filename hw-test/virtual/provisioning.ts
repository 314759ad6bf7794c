import type { Settings as FirmwareSettings } from "../../firmware/settings.ts";
import { runBoardTool } from "./board.ts";

/**
 * What a tracker is told once, before it is deployed; the firmware has defaults for the rest.
 * Certificates are not among it: they are the modem's, here the rig's.
 */
export type Settings = Partial<FirmwareSettings> &
  Pick<FirmwareSettings, "thingName" | "brokerHost" | "brokerPort">;

/** The key in the key-value store under which the firmware finds its settings, as JSON. */
export const SETTINGS_KEY = "settings";

/** Writes the settings into the key-value store of a flash image, while the board is off. */
export async function writeSettings(flashPath: string, settings: Settings): Promise<void> {
  await runBoardTool(["provision", flashPath, SETTINGS_KEY, JSON.stringify(settings)]);
}
