import type { KeyValue } from "embedded:storage/key-value";
import KeyValueStorage from "embedded:storage/key-value";
import type { Store } from "../../ports/store.ts";

export class ModdableStore implements Store {
  private readonly storage: KeyValue;

  constructor(path: string) {
    this.storage = KeyValueStorage.open({ path, format: "buffer" });
  }

  read(key: string): Uint8Array | undefined {
    const value = this.storage.read(key);
    return value === undefined ? undefined : new Uint8Array(value);
  }

  write(key: string, value: Uint8Array): void {
    this.storage.write(key, value);
  }

  delete(key: string): void {
    this.storage.delete(key);
  }
}
