/** What was asked for could be, and did not succeed: one clear line, exit 1. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
}
