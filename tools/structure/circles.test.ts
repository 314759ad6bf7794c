import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { circlesOf } from "./circles.ts";
import { importsOf, parseSource, type SourceFile, sourceFiles } from "./source-files.ts";

const folders = ["firmware", "tools", "hw-test", "benchmarks"];

function circlesOfImports(files: readonly SourceFile[]): string[][] {
  return circlesOf(new Map(files.map((file) => [file.path, importsOf(file)])));
}

describe("import circles, types included", () => {
  it("are nowhere in the repository", () => {
    const files = folders.flatMap(sourceFiles);
    assert.ok(files.length > 400, `${files.length} files`);
    assert.deepEqual(circlesOfImports(files), []);
  });

  it("would be seen: planted ones of types, of re-exports, of import()", () => {
    const planted = [
      parseSource("a/one.ts", 'import type { Two } from "../b/two.ts";'),
      parseSource("b/two.ts", 'export { three } from "./three.ts";'),
      parseSource("b/three.ts", 'export const three = import("../a/one.ts");'),
      parseSource("b/four.ts", 'export type Four = import("./five.ts").Five;'),
      parseSource("b/five.ts", 'import { x } from "./four.ts";\nimport { y } from "./two.ts";'),
      parseSource("c/self.ts", 'import { self } from "./self.ts";'),
      parseSource("c/free.ts", 'import { self } from "./self.ts";'),
    ];
    assert.deepEqual(circlesOfImports(planted), [
      ["a/one.ts", "b/three.ts", "b/two.ts"],
      ["b/five.ts", "b/four.ts"],
      ["c/self.ts"],
    ]);
  });
});
