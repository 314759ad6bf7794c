import { LinkError } from "./link.ts";

/** EVENT objects of docs/virtual-tracker.md. */
export interface BoardEvents {
  boot: {
    readonly swap: "none" | "test" | "permanent" | "revert" | "resumed";
    /** Version of the image that is started. */
    readonly running: string;
    /** A secondary image was asked for and was unfit. */
    readonly refused: boolean;
  };
  start: {
    readonly engine: string;
    readonly bits: number;
    readonly poolBytes: number;
    readonly slotBytes: number;
  };
  /** Bytes in use, now and at most, after a garbage collection. */
  heap: {
    readonly chunkBytes: number;
    readonly chunkPeakBytes: number;
    readonly slotBytes: number;
    readonly slotPeakBytes: number;
  };
  exception: { readonly message: string };
}

export type BoardEventName = keyof BoardEvents;
export type BoardEvent = {
  [Name in BoardEventName]: { readonly event: Name } & BoardEvents[Name];
}[BoardEventName];

const swaps = ["none", "test", "permanent", "revert", "resumed"];

const fields: Readonly<Record<BoardEventName, Readonly<Record<string, string>>>> = Object.freeze({
  boot: { swap: "string", running: "string", refused: "boolean" },
  start: { engine: "string", bits: "number", poolBytes: "number", slotBytes: "number" },
  heap: {
    chunkBytes: "number",
    chunkPeakBytes: "number",
    slotBytes: "number",
    slotPeakBytes: "number",
  },
  exception: { message: "string" },
});

/** @throws LinkError if it is none of the documented objects; more fields than theirs are fine */
export function parseBoardEvent(payload: Uint8Array): BoardEvent {
  const text = Buffer.from(payload).toString("utf8");
  const value = parseObject(text);
  const name = String(value["event"]);
  if (!Object.hasOwn(fields, name)) throw new LinkError(`an unknown EVENT: ${text}`);
  for (const [field, type] of Object.entries(fields[name as BoardEventName])) {
    if (typeof value[field] !== type) throw new LinkError(`EVENT without ${field}: ${text}`);
  }
  if (name === "boot" && !swaps.includes(String(value["swap"]))) {
    throw new LinkError(`an unknown swap: ${text}`);
  }
  // Checked above, field by field.
  return value as unknown as BoardEvent;
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new LinkError(`an EVENT that is no JSON object: ${text}`);
}
