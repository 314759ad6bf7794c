/** What `fota inspect` found in one file. */
export interface Report {
  /** What `--json` prints; `kind` first. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** For people, at most 80 columns. */
  readonly lines: readonly string[];
  /** The first thing that is wrong, in one line with its offset. */
  readonly problem?: string | undefined;
}

/** A name and what there is to say of it, in two columns. */
export function row(name: string, value: string): string {
  return `  ${name.padEnd(14)}${value}`.trimEnd();
}
