import { feed } from "./file-chunks.ts";
import { report } from "./report.ts";

/** What the file costs in pieces, with nothing that takes them. */
report(() => {
  let characters = 0;
  feed((_bytes, length) => {
    characters += length;
  });
  return characters;
});
