import CRC32 from "crc-32";
import { ERASED, PAGE_BYTES } from "./memory-map.ts";

// esp_flash_partitions.h: esp_ota_select_entry_t, esp_ota_img_states_t.
export const otaStates = ["new", "pending", "valid", "invalid", "aborted"] as const;
/** `undefined`: no state was written; `bad`: any other number. */
export type OtaState = (typeof otaStates)[number] | "undefined" | "bad";

export interface OtaEntry {
  readonly seq: number;
  /** The partition that it means: 0 for ota_0. */
  readonly slot: 0 | 1;
  readonly state: OtaState;
  /** Its CRC is that of its number. */
  readonly isSound: boolean;
}

const STATE = 24;
const CRC = 28;
const ENTRY_BYTES = 32;
const NOTHING = 0xffffffff;

/**
 * Both sectors of the otadata partition, as they stand; undefined for one without a number. Shares
 * nothing with hw-test/board/otadata.c, whose oracle it is.
 */
export function readOtadata(
  partition: Uint8Array,
  sectorBytes = PAGE_BYTES,
): readonly (OtaEntry | undefined)[] {
  const bytes = Buffer.from(partition.buffer, partition.byteOffset, partition.byteLength);
  return [0, sectorBytes].map((at) => {
    const seq = bytes.readUInt32LE(at);
    if (seq === NOTHING) return undefined;
    const number = bytes.readUInt32LE(at + STATE);
    const state = number === NOTHING ? "undefined" : (otaStates[number] ?? "bad");
    const isSound = bytes.readUInt32LE(at + CRC) === crcOf(seq);
    return { seq, slot: seq % 2 === 1 ? 0 : 1, state, isSound };
  });
}

/** The entry that the bootloader goes by: undefined if there is none, which has it start ota_0. */
export function activeEntry(entries: readonly (OtaEntry | undefined)[]): OtaEntry | undefined {
  const counting = entries.filter(
    (entry) => entry?.isSound && entry.state !== "invalid" && entry.state !== "aborted",
  );
  return counting.reduce(
    (best, entry) => (best === undefined || (entry?.seq ?? 0) > best.seq ? entry : best),
    undefined,
  );
}

/** What a sector begins with. */
export function otaEntry(seq: number, state: (typeof otaStates)[number]): Uint8Array {
  const entry = Buffer.alloc(ENTRY_BYTES, ERASED);
  entry.writeUInt32LE(seq, 0);
  entry.writeUInt32LE(otaStates.indexOf(state), STATE);
  entry.writeUInt32LE(crcOf(seq), CRC);
  return new Uint8Array(entry);
}

/** esp_rom_crc32_le(UINT32_MAX, …) over the number's four bytes. */
function crcOf(seq: number): number {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(seq);
  return CRC32.buf(bytes, -1) >>> 0;
}
