import { CommandFailed } from "./command-failed.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Runs one of the project's commands: it exits with what `main` gives, or with one line that begins
 * with the command's `name`: with 1 for a CommandFailed, with 2 for a UsageError.
 */
export async function runCommand(
  name: string,
  main: (args: readonly string[]) => Promise<number>,
): Promise<void> {
  // The SDK's advice on its own future needs of Node is not what anybody asked for.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  process.stdout.on("error", endWithReader);
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof CommandFailed)) throw error;
    process.stderr.write(`${name}: ${oneLine(error.message)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

export function print(text: string): void {
  process.stdout.write(text);
}

/** Whoever reads the output, `head` for example, has seen enough. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit();
}

/** What a file says of itself may be in it: no line ends, nothing that drives a terminal. */
function oneLine(text: string): string {
  return text.replace(/\s*[\p{Cc}\u2028\u2029]+\s*/gu, " ");
}
