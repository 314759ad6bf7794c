import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { mayImport, roomOf, rooms } from "./rooms.ts";
import { importsOf, isTest, parseSource, type SourceFile, sourceFiles } from "./source-files.ts";

const folders = ["tools", "hw-test", "benchmarks"];

function violations(file: SourceFile): string[] {
  const room = roomOf(file.path);
  if (room === undefined) return [`${file.path} is in no room`];
  return importsOf(file)
    .filter((target) => roomOf(target) !== undefined && !mayImport(room, target))
    .map((target) => `${file.path} imports ${target}`);
}

describe("imports of rig, tools and benchmarks", () => {
  const files = folders.flatMap(sourceFiles);

  it("go where docs/architecture.md says", () => {
    assert.ok(files.length > 300, `${files.length} files`);
    assert.deepEqual(files.filter((file) => !isTest(file)).flatMap(violations), []);
  });

  it("of tools' own tests too keep to the table's doors into the rig", () => {
    const tests = files.filter((file) => isTest(file) && file.path.startsWith("tools/"));
    const said = tests.flatMap(violations).filter((one) => / imports hw-test\//.test(one));
    assert.deepEqual(said, []);
  });

  it("are those of the table that the document shows", () => {
    const text = readFileSync(new URL("../../docs/architecture.md", import.meta.url), "utf8");
    const rows = [
      ...text.matchAll(/^\| `((?:tools|hw-test|benchmarks)[^`]*)` \|[^|]*\|([^|]*)\|/gm),
    ];
    const shown = rows.map(([, room = "", names = ""]) => [
      room.replace(/\/$/, ""),
      [...names.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name.replace(/\/$/, "")).sort(),
    ]);
    assert.deepEqual(
      Object.fromEntries(shown),
      Object.fromEntries(Object.entries(rooms).map(([room, names]) => [room, [...names].sort()])),
    );
  });

  it("would be seen where they break a rule", () => {
    const planted = [
      ["tools/build/x.ts", "../../hw-test/cloud/cloud.ts"],
      ["tools/build/x.ts", "../../hw-test/board/build-lock.ts"],
      ["hw-test/cloud/s3/x.ts", "../../trackers/virtual/tracker.ts"],
      ["hw-test/board/x.ts", "../../firmware/config.ts"],
      ["hw-test/run/x.ts", "../../benchmarks/figure.ts"],
      ["hw-test/stray.ts", "./driver.ts"],
    ] as const;
    for (const [path, target] of planted) {
      const file = parseSource(path, `import type { X } from "${target}";`);
      assert.equal(violations(file).length, 1, `${path} ${target}`);
    }
    const fine = parseSource("tools/build/x.ts", 'import "../../hw-test/board/program.ts";');
    assert.deepEqual(violations(fine), []);
  });
});
