/** The end of a verb's help: exit codes, and what to type. */
export function examples(...lines: readonly string[]): string {
  const list = lines.map((line) => `  ${line}`).join("\n");
  return `
Exit codes: 0 fine, 1 it did not succeed, 2 usage or a file that cannot be used.

Examples:
${list}`;
}
