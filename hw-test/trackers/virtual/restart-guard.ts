const MINUTE_MS = 60_000;

/** Notices a boot loop, so that a broken image cannot keep the rig busy for ever. */
export class RestartGuard {
  private readonly perMinuteMax: number;
  /** Of the restarts in the last minute, oldest first. */
  private readonly atMs: number[] = [];

  constructor(perMinuteMax: number) {
    this.perMinuteMax = perMinuteMax;
  }

  /** @returns false if one more restart at `nowMs` is one too many in a minute */
  allow(nowMs: number): boolean {
    this.atMs.push(nowMs);
    while ((this.atMs[0] ?? nowMs) <= nowMs - MINUTE_MS) this.atMs.shift();
    return this.atMs.length <= this.perMinuteMax;
  }

  describe(): string {
    return `more than ${this.perMinuteMax} restarts in a minute`;
  }
}
