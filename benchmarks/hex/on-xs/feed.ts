import { feed } from "./file-chunks.ts";
import { report } from "./report.ts";

/** What the file costs in pieces, with nothing that takes them. */
report(() => {
  let byteCount = 0;
  feed((_bytes, length) => {
    byteCount += length;
  });
  return byteCount;
});
