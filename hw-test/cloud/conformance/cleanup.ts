export interface CleanupOptions {
  /** An action is tried again for this long. */
  readonly patienceMs: number;
  /** Between two tries. */
  readonly pollMs: number;
}

/** What was made and is to be deleted again, newest first, whatever fails on the way. */
export class Cleanup {
  private readonly options: CleanupOptions;
  private readonly steps: Array<{ readonly what: string; readonly undo: () => Promise<unknown> }> =
    [];

  constructor(options: CleanupOptions) {
    this.options = options;
  }

  /** Call as soon as `what` exists. `undo` may be tried several times. */
  add(what: string, undo: () => Promise<unknown>): void {
    this.steps.push({ what, undo });
  }

  /** @returns what is left behind, and why */
  async run(): Promise<string[]> {
    const left: string[] = [];
    for (const { what, undo } of this.steps.splice(0).reverse()) {
      const reason = await this.attempt(undo);
      if (reason !== undefined) left.push(`${what}: ${reason}`);
    }
    return left;
  }

  /** AWS lets go of things with a delay: what cannot be deleted now can be soon. */
  private async attempt(undo: () => Promise<unknown>): Promise<string | undefined> {
    const { patienceMs, pollMs } = this.options;
    const endMs = performance.now() + patienceMs;
    for (;;) {
      try {
        await undo();
        return undefined;
      } catch (error) {
        if (isGone(error)) return undefined;
        if (performance.now() + pollMs > endMs) return String(error);
      }
      await sleep(pollMs);
    }
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && /^(ResourceNotFoundException|NoSuchKey)$/.test(error.name);
}

export function sleep(timeMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, timeMs));
}
