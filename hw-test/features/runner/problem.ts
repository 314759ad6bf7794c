/** What is wrong with a feature file, and where. */
export interface Problem {
  /** As it was given on the command line. */
  readonly path: string;
  /** From 1; of the file's text. */
  readonly line: number;
  readonly reason: string;
}

/** Features that cannot be run: exit code 2. */
export class BadFeatures extends Error {
  override readonly name = "BadFeatures";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ path, line, reason }) => `${path}:${line}: ${reason}`).join("\n"));
    this.problems = problems;
  }
}
