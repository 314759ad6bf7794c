import { existsSync, readdirSync, statSync } from "node:fs";
import { join, normalize, sep } from "node:path";

const FOLDERS = ["firmware", "hw-test", "tools", "benchmarks"];
const SUFFIX = ".test.ts";

/**
 * The test files under the folders of `root`, in order.
 * @param wanted paths of files or folders, or parts of paths; none at all means every test
 */
export function findTests(root: string, wanted: readonly string[]): string[] {
  const all = FOLDERS.flatMap((folder) => testsUnder(root, folder)).sort();
  if (wanted.length === 0) return all;
  return all.filter((path) => wanted.some((what) => isWanted(root, path, what)));
}

function testsUnder(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => path.endsWith(SUFFIX) && !path.includes("node_modules"));
}

function isWanted(root: string, path: string, what: string): boolean {
  const asPath = normalize(what).replace(/[\\/]$/, "");
  if (!existsSync(join(root, asPath))) return path.includes(what);
  return statSync(join(root, asPath)).isDirectory()
    ? path.startsWith(asPath + sep)
    : path === asPath;
}
