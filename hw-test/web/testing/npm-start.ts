import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../run/main.ts", import.meta.url));

/** What `npm start -- ARGS` runs, as a process of its own, on a machine without a desktop. */
export class NpmStart {
  output = "";
  errors = "";
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown[]>;

  constructor(...args: string[]) {
    const env = { ...process.env, DISPLAY: "", WAYLAND_DISPLAY: "" };
    this.child = spawn(process.execPath, ["--import", "tsx", program, ...args], { env });
    this.child.stdout?.on("data", (data) => (this.output += data));
    this.child.stderr?.on("data", (data) => (this.errors += data));
    this.ended = once(this.child, "close");
  }

  /** What it prints, as soon as it does. @throws an Error if it ends without */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.output);
      if (found !== null) return found;
      if (this.child.exitCode !== null) throw new Error(`${this.output}${this.errors}`);
      await Promise.race([this.ended, once(this.child.stdout ?? this.child, "data")]);
    }
  }

  interrupt(): void {
    this.child.kill("SIGINT");
  }

  /** @returns its exit code */
  async end(): Promise<unknown> {
    const [code] = await this.ended;
    return code;
  }
}
