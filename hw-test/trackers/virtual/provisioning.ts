import { runBoardTool } from "../../board/program.ts";
import type { Settings } from "../../driver.ts";

/** The key in the key-value store under which the firmware finds its settings, as JSON. */
export const SETTINGS_KEY = "settings";

/** Writes the settings into the key-value store of a flash image, while the board is off. */
export async function writeSettings(flashPath: string, settings: Settings): Promise<void> {
  await runBoardTool(["provision", flashPath, SETTINGS_KEY, JSON.stringify(settings)]);
}
