import type { Catcher } from "./catcher.ts";

/** A bug as clients in the field have had it, or might well have, and what must catch it. */
export type Mutation = Catcher & {
  readonly name: string;
  readonly edits: readonly Edit[];
};

export interface Edit {
  /** In the repository. */
  readonly file: string;
  /** Occurs once. */
  readonly find: string;
  readonly replace: string;
}
