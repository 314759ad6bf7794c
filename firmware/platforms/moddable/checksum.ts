import type { Crc32 } from "../../ports/checksum.ts";
import { system } from "./system.ts";

/** The board's own CRC-32, where it has one: `System.crc32`, which the SDK does not know. */
export function boardCrc32(): Crc32 | undefined {
  return system().crc32;
}
