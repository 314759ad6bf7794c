import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const openMaxMs = 10_000;

/** Why there is none, for tests that need one; false: there is. */
export const noPseudoTerminal =
  spawnSync("script", ["--version"]).status === 0
    ? false
    : "script is missing: apt-get install bsdutils";

/**
 * A serial port without hardware: whoever opens `path` reads what is written here. Made by
 * `script` of util-linux, which every Debian has (package bsdutils).
 */
export class PseudoTerminal {
  /** For example /dev/pts/3. */
  readonly path: string;
  private readonly holder: ChildProcess;

  static async open(): Promise<PseudoTerminal> {
    // It tells its name; `sleep` then holds the terminal open until this side ends.
    const work = "stty raw -echo && tty && exec sleep infinity";
    const holder = spawn("script", ["-q", "-c", work, "/dev/null"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const signal = AbortSignal.timeout(openMaxMs);
    const told = once(createInterface(holder.stdout), "line", { signal });
    const ended = once(holder, "exit", { signal });
    const [path] = await Promise.race([told, ended]);
    if (typeof path !== "string") throw new Error("script gave no pseudo-terminal");
    return new PseudoTerminal(holder, path);
  }

  private constructor(holder: ChildProcess, path: string) {
    this.holder = holder;
    this.path = path;
  }

  write(text: string): void {
    this.holder.stdin?.write(text);
  }

  async close(): Promise<void> {
    const ended = once(this.holder, "exit");
    this.holder.kill("SIGKILL");
    await ended;
  }
}
