import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

/** A folder for a test file's own features; gone when its tests are over. */
export class FeatureFolder {
  private readonly path = mkdtempSync(join(tmpdir(), "features-"));

  constructor() {
    after(() => rmSync(this.path, { recursive: true }));
  }

  /** @returns the path of the file */
  write(name: string, text: string): string {
    const path = join(this.path, name);
    writeFileSync(path, text);
    return path;
  }
}
