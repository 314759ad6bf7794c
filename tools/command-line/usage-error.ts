/** The person at the command line asked for something that cannot be: one clear line, exit 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
