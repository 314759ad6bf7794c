/** How long something is tried again. */
export interface Patience {
  readonly patienceMs: number;
  /** Between two tries. */
  readonly pollMs: number;
}

/**
 * Does `action`, again and again while it fails: AWS lets go of things, and learns of new rights,
 * with a delay.
 * @throws its last error when the patience is over
 */
export async function persist<T>(patience: Patience, action: () => Promise<T>): Promise<T> {
  const endMs = performance.now() + patience.patienceMs;
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (isGone(error) || performance.now() + patience.pollMs > endMs) throw error;
    }
    await sleep(patience.pollMs);
  }
}

/** What was made and is to be deleted again, newest first, whatever fails on the way. */
export class Cleanup {
  private readonly patience: Patience;
  private readonly steps: Array<{ readonly what: string; readonly undo: () => Promise<unknown> }> =
    [];

  constructor(patience: Patience) {
    this.patience = patience;
  }

  /** Call as soon as `what` exists. `undo` may be tried several times. */
  add(what: string, undo: () => Promise<unknown>): void {
    this.steps.push({ what, undo });
  }

  /**
   * @param textOf of an error that was the last
   * @returns what is left behind, and why
   */
  async run(textOf: (error: unknown) => string = String): Promise<string[]> {
    const left: string[] = [];
    for (const { what, undo } of this.steps.splice(0).reverse()) {
      try {
        await persist(this.patience, undo);
      } catch (error) {
        if (!isGone(error)) left.push(`${what}: ${textOf(error)}`);
      }
    }
    return left;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && /^(ResourceNotFoundException|NoSuchKey)$/.test(error.name);
}

export function sleep(timeMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, timeMs));
}
