/** Where a console's lines come from. */
export interface Source {
  /** Resolves when no more come: undefined if that was asked for, else why. */
  readonly ended: Promise<string | undefined>;
  /** No line comes after it. */
  readonly close: () => void;
}

export type OnLine = (line: string) => void;
