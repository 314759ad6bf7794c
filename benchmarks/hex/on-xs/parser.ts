import { HexParser } from "../../../firmware/hex/parser.ts";
import { feed } from "./file-chunks.ts";
import { report } from "./report.ts";

report(() => {
  let byteCount = 0;
  const parser = new HexParser((_address, _bytes, length) => {
    byteCount += length;
  });
  feed((bytes, length) => parser.push(bytes, length));
  parser.end();
  return byteCount;
});
