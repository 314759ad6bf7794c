import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { PAGE_BYTES, partitions } from "../../../tools/image/memory-map.ts";
import { FlashFile } from "../../trackers/virtual/flash-file.ts";
import { PageWatch } from "./page-watch.ts";
import { RunRecord } from "./run-record.ts";
import { sceneAt } from "./scene.ts";

const folder = mkdtempSync(join(tmpdir(), "page-watch-"));
after(() => rmSync(folder, { recursive: true }));

const PAGES = 4;
const first = partitions["image-0"].offset / PAGE_BYTES;

function image(seed: number): Buffer {
  const bytes = Buffer.alloc(PAGES * PAGE_BYTES);
  for (let page = 0; page < PAGES; page++) bytes.fill(seed + page, page * PAGE_BYTES);
  return bytes;
}

describe("the map of the flash", () => {
  it("tells old from new after a power cut in the swap as before it", () => {
    const flash = FlashFile.create(join(folder, "flash.bin"));
    const [old, fresh] = [image(1), image(101)];
    const record = new RunRecord();
    const tell = record.add.bind(record);
    const pages = new PageWatch({ flash, boot: "mcuboot", newImage: fresh, tell });
    const primary = () => {
      const scene = sceneAt(record.events, Number.POSITIVE_INFINITY);
      return scene.pages.slice(first, first + PAGES).map(({ content }) => content);
    };

    flash.write("image-0", old);
    flash.write("image-1", fresh);
    pages.readAll();
    assert.deepEqual(primary(), ["old", "old", "old", "old"]);

    // The swap has come half-way, from the last page down.
    const half = Buffer.concat([old.subarray(0, 2 * PAGE_BYTES), fresh.subarray(2 * PAGE_BYTES)]);
    flash.write("image-0", half);
    pages.touch(first + 3);
    pages.touch(first + 2);
    pages.settle();
    assert.deepEqual(primary(), ["old", "old", "new", "new"]);

    // The power is back.
    pages.readAll();
    assert.deepEqual(primary(), ["old", "old", "new", "new"]);
    flash.write("image-0", fresh);
    for (const page of [1, 0]) pages.touch(first + page);
    pages.settle();
    assert.deepEqual(primary(), ["new", "new", "new", "new"]);
  });
});
