/** Runs tasks one after another; a task that fails does not stop those behind it. */
export class Sequence {
  private tail: Promise<void> = Promise.resolve();

  add(task: () => Promise<void>): void {
    this.tail = this.tail.then(task).catch(() => undefined);
  }

  /** Resolves when what has been added until now is done. */
  settled(): Promise<void> {
    return this.tail;
  }
}
