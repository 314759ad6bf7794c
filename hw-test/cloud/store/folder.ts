import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The folder above it has to be there: a mistyped path makes no tree. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/**
 * Makes a folder, if it is not there, in which one process works at a time. The mark of one that was
 * killed is no hindrance.
 * @returns ends that
 * @throws an Error, if another process works there
 */
export function useAlone(folder: string): () => void {
  makeFolder(folder);
  const mark = join(folder, "pid");
  const other = userOf(mark);
  if (other !== undefined) {
    throw new Error(`process ${other} works there (if that is no cloud, delete ${mark})`);
  }
  writeFileSync(mark, `${process.pid}\n`);
  return () => rmSync(mark, { force: true });
}

function userOf(mark: string): number | undefined {
  let pid: number;
  try {
    pid = Number(readFileSync(mark, "utf8"));
  } catch {
    return undefined;
  }
  return pid > 0 && pid !== process.pid && isAlive(pid) ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
