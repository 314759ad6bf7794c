import { hexText } from "hex-file";
import MemoryMap from "nrf-intel-hex";
import { report } from "./report.ts";

report(() => {
  let byteCount = 0;
  MemoryMap.fromHex(hexText).forEach((block: Uint8Array) => {
    byteCount += block.length;
  });
  return byteCount;
});
