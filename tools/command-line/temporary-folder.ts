import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs `work` with a folder of its own, which is gone afterwards: when it returns, when it throws, and
 * when Ctrl-C or another signal ends the process in the middle of it.
 */
export async function withTemporaryFolder<T>(
  prefix: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const onSignal = (signal: NodeJS.Signals): void => {
    remove();
    for (const name of signals) process.off(name, onSignal);
    // Again, and without a handler: whoever waits sees what ended the process.
    process.kill(process.pid, signal);
  };
  for (const name of signals) process.on(name, onSignal);
  try {
    return await work(folder);
  } finally {
    for (const name of signals) process.off(name, onSignal);
    remove();
  }
}
