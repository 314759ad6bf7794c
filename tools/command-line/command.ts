import { UsageError } from "./usage-error.ts";

/**
 * Runs one of the project's commands: it exits with what `main` gives, or, for a UsageError, with 2
 * and one line that begins with the command's `name`.
 */
export async function runCommand(
  name: string,
  main: (args: readonly string[]) => Promise<number>,
): Promise<void> {
  // The SDK's advice on its own future needs of Node is not what anybody asked for.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${name}: ${error.message}\n`);
    process.exitCode = 2;
  }
}

export function print(text: string): void {
  process.stdout.write(text);
}
