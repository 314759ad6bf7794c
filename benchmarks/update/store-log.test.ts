import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { runBoardTool } from "../../hw-test/board/program.ts";
import { describe } from "../../hw-test/board/testing/needs-engine.ts";
import { FlashFile } from "../../hw-test/trackers/virtual/flash-file.ts";
import { liveBytes, storeLog } from "./store-log.ts";

const folder = mkdtempSync(join(tmpdir(), "store-log-"));
after(() => rmSync(folder, { recursive: true }));

describe("storeLog", { timeout: 600_000 }, () => {
  it("reads what the board has written", async () => {
    const path = join(folder, "flash.bin");
    for (const [key, value] of [
      ["one", "12345"],
      ["p/two", "1"],
      ["one", "123"],
    ]) {
      await runBoardTool(["provision", path, key ?? "", value ?? ""]);
    }
    const log = storeLog(FlashFile.openOrCreate(path).read("storage"));
    assert.deepEqual(
      log.map(({ name, isDeleted, valueBytes }) => [name, isDeleted, valueBytes]),
      [
        ["tracker-fota/one", false, 5],
        ["p/two", false, 1],
        ["tracker-fota/one", false, 3],
      ],
    );
    assert.equal(liveBytes(log), 16 + 3 + 5 + 1);
    const gone = { name: "p/two", isDeleted: true, valueBytes: 0 };
    assert.equal(liveBytes([...log, gone]), 19);
  });

  it("finds nothing in an erased partition", () => {
    assert.deepEqual(storeLog(new Uint8Array(0x8000).fill(0xff)), []);
  });
});
