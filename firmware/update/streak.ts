import { attempt } from "../failure.ts";
import type { Platform } from "../ports/platform.ts";

const KEY = "failed";
const COUNT_MAX = 255;

/** How many jobs in a row have FAILED, over resets: each of them may have cost flash and air time. */
export class Streak {
  private readonly platform: Pick<Platform, "store" | "log">;

  constructor(platform: Pick<Platform, "store" | "log">) {
    this.platform = platform;
  }

  count(): number {
    return this.platform.store.read(KEY)?.[0] ?? 0;
  }

  add(): void {
    const count = Math.min(this.count() + 1, COUNT_MAX);
    this.keep(() => this.platform.store.write(KEY, new Uint8Array([count])));
  }

  end(): void {
    this.keep(() => this.platform.store.remove(KEY));
  }

  private keep(work: () => void): void {
    attempt(work, ({ code, detail }) => this.platform.log(`failed jobs: ${code}: ${detail}`));
  }
}
