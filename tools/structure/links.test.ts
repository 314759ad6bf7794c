import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Links of Markdown, and paths in backquotes that begin with a folder of the repository. */
const link = /\]\(([^)\s#]+)(?:#[^)]*)?\)/g;
const path = /`((?:firmware|hw-test|tools|benchmarks|docs)\/[\w./-]+\.\w+)`/g;

function missing(document: string): string[] {
  const text = readFileSync(join(root, document), "utf8");
  const links = [...text.matchAll(link)]
    .map(([, to = ""]) => to)
    .filter((to) => !/^[a-z]+:/.test(to))
    .map((to) => join(dirname(document), to));
  const paths = [...text.matchAll(path)].map(([, to = ""]) => to);
  return [...links, ...paths]
    .filter((to) => !existsSync(join(root, to)))
    .map((to) => `${document}: ${to}`);
}

describe("documents", () => {
  const below = ["docs", "firmware", "hw-test", "tools", "benchmarks"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, String(name))),
  );
  const documents = [...readdirSync(root), ...below].filter((name) => name.endsWith(".md"));

  it("name no file that is not there", () => {
    assert.ok(documents.length > 15, `${documents.length} documents`);
    assert.deepEqual(documents.flatMap(missing), []);
  });
});
