import type { StepCall } from "./definition.ts";
import { evaluate } from "./world.ts";

/** What "I have firmware … as" keeps. */
export interface StoredFirmware {
  readonly version: string;
  /** The HEX file, as it stands between the quotes of a JSON string. */
  readonly escaped: string;
  readonly size: number;
  readonly hardware?: string;
  readonly imageSize: number;
  readonly sha256: string;
  readonly signature: string;
}

export async function firmwareNamed({ world }: StepCall, name: string): Promise<StoredFirmware> {
  const firmware = (await evaluate(name, world)) as Partial<StoredFirmware> | undefined;
  if (firmware?.escaped === undefined) throw new Error(`there is no firmware called ${name}`);
  return firmware as StoredFirmware;
}

export function hexOf({ escaped }: StoredFirmware): string {
  return JSON.parse(`"${escaped}"`) as string;
}
