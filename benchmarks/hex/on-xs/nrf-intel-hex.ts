import { hexText } from "hex-file";
import MemoryMap from "nrf-intel-hex";
import { addTo, report } from "./report.ts";

report(() => {
  let crc = 0;
  MemoryMap.fromHex(hexText).forEach((block: Uint8Array) => {
    crc = addTo(crc, block);
  });
  return crc;
});
