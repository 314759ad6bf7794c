import { HexParser } from "../../../firmware/hex/parser.ts";
import { feed } from "./file-chunks.ts";
import { addTo, report } from "./report.ts";

report(() => {
  let crc = 0;
  const parser = new HexParser((_address, bytes, length) => {
    crc = addTo(crc, bytes, length);
  });
  feed((bytes, length) => parser.push(bytes, length));
  parser.end();
  return crc;
});
