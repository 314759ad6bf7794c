import { hexText } from "hex-file";
import { config } from "../../../firmware/config.ts";

/** Hands the file over through one receive buffer, as the download does. */
export function feed(take: (bytes: Uint8Array, length: number) => void): void {
  const file = new Uint8Array(ArrayBuffer.fromString(hexText));
  const buffer = new Uint8Array(config.receiveBytes);
  for (let at = 0; at < file.byteLength; at += buffer.byteLength) {
    const left = file.byteLength - at;
    // Math.min makes doubles on XS, and the length of a chunk is none.
    const length = left < buffer.byteLength ? left : buffer.byteLength;
    buffer.set(file.subarray(at, at + length));
    take(buffer, length);
  }
}
