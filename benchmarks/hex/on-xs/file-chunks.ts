import { hexText } from "hex-file";
import { config } from "../../../firmware/config.ts";
import type { HexParser } from "../../../firmware/hex/parser.ts";

const file = new Uint8Array(ArrayBuffer.fromString(hexText));
const buffer = new Uint8Array(config.receiveBytes);

/** Feeds the file through one receive buffer, as the download does. */
export function feed(parser: HexParser): void {
  for (let at = 0; at < file.byteLength; at += buffer.byteLength) {
    const length = Math.min(buffer.byteLength, file.byteLength - at);
    buffer.set(file.subarray(at, at + length));
    parser.push(buffer, length);
  }
  parser.end();
}
