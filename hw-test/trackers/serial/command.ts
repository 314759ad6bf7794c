import { execFile } from "node:child_process";
import type { Command } from "./config.ts";

/** Flashing a megabyte over a slow probe takes a minute. */
const commandMaxMs = 180_000;

/**
 * Runs a configured command to its end.
 * @param values what stands for `{name}` in its words
 * @throws Error with what the program said, if it fails
 */
export function runCommand(
  command: Command,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  const [program, ...words] = command.map((word) =>
    word.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole),
  );
  return new Promise((resolve, reject) => {
    execFile(program ?? "", words, { timeout: commandMaxMs }, (error, stdout, stderr) => {
      if (error === null) return resolve();
      const said = `${stderr}${stdout}`.trim() || error.message;
      reject(new Error(`${program} ${words.join(" ")}: ${said}`));
    });
  });
}
