import { createHash, type Hash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Complete under its name, or not there: processes may build the same at once. */
export function keep(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, content);
  renameSync(unfinished, path);
}

/**
 * What something that is kept is named by.
 * @param sources files and folders of this repository, tests in them left out
 * @param parts what else decides what it is
 * @returns hexadecimal digits
 */
export function hashOf(
  sources: readonly string[],
  parts: readonly (string | Uint8Array)[] = [],
): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  for (const source of sources) addToHash(hash, source);
  return hash.digest("hex").slice(0, 16);
}

function addToHash(hash: Hash, path: string): void {
  const absolute = join(root, path);
  if (statSync(absolute).isDirectory()) {
    for (const name of readdirSync(absolute).sort()) addToHash(hash, `${path}/${name}`);
  } else if (!path.endsWith(".test.ts")) {
    hash.update(`${path}\0`).update(readFileSync(absolute));
  }
}
