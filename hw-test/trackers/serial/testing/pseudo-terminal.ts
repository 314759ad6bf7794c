import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const openMaxMs = 10_000;
const pollMs = 20;

/**
 * A serial port without hardware: whoever opens `path` reads what is written here. Made by
 * `script` of util-linux, which every Debian has (package bsdutils).
 */
export class PseudoTerminal {
  /** For example /dev/pts/3. */
  readonly path: string;
  private readonly holder: ChildProcess;
  private readonly folder: string;

  static async open(): Promise<PseudoTerminal> {
    const folder = mkdtempSync(join(tmpdir(), "serial-"));
    const name = join(folder, "name");
    // Renamed when it is complete; `sleep` holds the terminal open until this side ends.
    const tell = `tty > ${name}.part && mv ${name}.part ${name}`;
    const work = `stty raw -echo && ${tell} && exec sleep infinity`;
    const holder = spawn("script", ["-q", "-e", "-f", "-c", work, "/dev/null"], {
      stdio: ["pipe", "ignore", "inherit"],
    });
    for (let waitedMs = 0; !existsSync(name); waitedMs += pollMs) {
      if (waitedMs > openMaxMs) throw new Error("script gave no pseudo-terminal");
      await delay(pollMs);
    }
    return new PseudoTerminal(holder, { folder, path: readFileSync(name, "utf8").trim() });
  }

  private constructor(
    holder: ChildProcess,
    { folder, path }: { readonly folder: string; readonly path: string },
  ) {
    this.holder = holder;
    this.folder = folder;
    this.path = path;
  }

  write(text: string): void {
    this.holder.stdin?.write(text);
  }

  async close(): Promise<void> {
    const ended = once(this.holder, "exit");
    this.holder.kill("SIGKILL");
    await ended;
    rmSync(this.folder, { recursive: true });
  }
}
