import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const PROGRAM = fileURLToPath(new URL("../fota.mjs", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** A folder in which `fota` is typed, as `npx fota` runs it. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), "fota-test-"));

  file(name: string): string {
    return join(this.path, name);
  }

  write(name: string, contents: string | Uint8Array): void {
    writeFileSync(this.file(name), contents);
  }

  fota(...args: readonly string[]): Promise<Ended> {
    return ended(spawn(process.execPath, [PROGRAM, ...args], { cwd: this.path }));
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}

export async function ended(child: ReturnType<typeof spawn>): Promise<Ended> {
  let output = "";
  let errors = "";
  child.stdout?.on("data", (data) => (output += data));
  child.stderr?.on("data", (data) => (errors += data));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, output, errors };
}

/** One line, and no stack trace in it. */
export const ONE_LINE = /^fota: [^\n]+\n$/;
