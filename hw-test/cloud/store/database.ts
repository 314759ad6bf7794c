import { deserialize, serialize } from "node:v8";
import { open, type RootDatabase } from "lmdb";
import type { Tables } from "./tables.ts";

/** A table's path and the name in it. */
type Key = string[];

/** Sorts behind every name in a table. */
const last = "\u{10ffff}";

/**
 * Tables in one LMDB file. What is kept survives the process, however that ends; writes are not forced to
 * the disk, so they may not survive the machine (docs/decisions/012-cloud-store.md).
 */
export class Database implements Tables {
  private readonly root: RootDatabase<Buffer, Key>;

  /** @throws an Error, if the file cannot be made or is no database */
  constructor(path: string) {
    this.root = open<Buffer, Key>({ path, noSync: true, encoding: "binary" });
  }

  open<Value>(...path: readonly string[]): Map<string, Value> {
    return new KeptMap<Value>(this.root, path);
  }

  together<T>(action: () => T): T {
    return this.root.transactionSync(action);
  }

  close(): Promise<void> {
    return this.root.close();
  }
}

/** Values are kept as a structured clone has them: sets, maps and buffers come back as such. */
class KeptMap<Value> extends Map<string, Value> {
  private readonly root: RootDatabase<Buffer, Key>;
  private readonly path: readonly string[];

  constructor(root: RootDatabase<Buffer, Key>, path: readonly string[]) {
    super();
    this.root = root;
    this.path = path;
    for (const { key, value } of root.getRange({ start: [...path, ""], end: [...path, last] })) {
      if (key.length === path.length + 1) super.set(key.at(-1) ?? "", deserialize(value) as Value);
    }
  }

  override set(name: string, value: Value): this {
    this.root.putSync([...this.path, name], serialize(value));
    return super.set(name, value);
  }

  override delete(name: string): boolean {
    this.root.removeSync([...this.path, name]);
    return super.delete(name);
  }

  override clear(): void {
    for (const name of [...this.keys()]) this.delete(name);
  }
}
