import { attempt } from "../failure.ts";
import type { Platform } from "../ports/platform.ts";
import { decodeUtf8, encodeUtf8 } from "../utf8.ts";

const KEY = "rolledBack";

/**
 * The version that the tracker went back from by itself, until a job has been told of it. Costs one
 * key of at most 24 bytes.
 */
export class RollbackNote {
  private readonly platform: Pick<Platform, "store" | "log">;

  constructor(platform: Pick<Platform, "store" | "log">) {
    this.platform = platform;
  }

  put(version: string): void {
    this.keep(() => this.platform.store.write(KEY, encodeUtf8(version)));
  }

  /** @returns undefined where there is nothing to tell */
  version(): string | undefined {
    const value = this.platform.store.read(KEY);
    return value === undefined ? undefined : decodeUtf8(value);
  }

  /** It was told. */
  settle(): void {
    if (this.version() !== undefined) this.keep(() => this.platform.store.remove(KEY));
  }

  private keep(work: () => void): void {
    attempt(work, ({ code, detail }) => this.platform.log(`rollback: ${code}: ${detail}`));
  }
}
