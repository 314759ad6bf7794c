import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { CommandFailed } from "../../command-line/command-failed.ts";
import type { Command } from "./vendor.ts";

/**
 * One after the other, with this terminal; nothing is begun if one of the programs is missing.
 * @param folder where they run
 * @throws CommandFailed
 */
export async function runCommands(commands: readonly Command[], folder: string): Promise<void> {
  const missing = commands.find(([program]) => !isInstalled(program));
  if (missing !== undefined) throw new CommandFailed(`${missing[0]} is not installed`);
  for (const command of commands) {
    process.stderr.write(`${shellText(command)}\n`);
    await run(command, folder);
  }
}

function run([program, ...args]: Command, cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // Standard output is the command's own: `--json` is one line there.
    const child = spawn(program, args, { cwd, stdio: ["inherit", 2, "inherit"] });
    child.on("error", ({ message }) => reject(new CommandFailed(message)));
    child.on("close", (code, signal) => {
      if (code === 0) resolve();
      else reject(new CommandFailed(`${program} ended with ${signal ?? `exit code ${code}`}`));
    });
  });
}

function isInstalled(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** As it could be typed. */
export function shellText(command: readonly string[]): string {
  return command
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}
