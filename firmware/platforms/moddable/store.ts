import KeyValueStorage from "embedded:storage/key-value";
import { Failure } from "../../failure.ts";
import type { Store } from "../../ports/store.ts";

export class ModdableStore implements Store {
  /** Not by its name, which differs between the typings of npm and those of the SDK. */
  private readonly storage: ReturnType<typeof KeyValueStorage.open>;

  constructor(path: string) {
    this.storage = KeyValueStorage.open({ path, format: "buffer" });
  }

  read(key: string): Uint8Array | undefined {
    // The SDK's typings leave the format open, and that a key may have no value.
    const value = this.storage.read(key) as ArrayBuffer | undefined;
    return value === undefined ? undefined : new Uint8Array(value);
  }

  write(key: string, value: Uint8Array): void {
    try {
      this.storage.write(key, value);
    } catch (error) {
      throw storeError(error);
    }
  }

  remove(key: string): void {
    try {
      this.storage.delete(key);
    } catch (error) {
      throw storeError(error);
    }
  }
}

/** A store that is full or broken is no bug of ours: the job is told, the running image stays. */
function storeError(error: unknown): Failure {
  return new Failure("STORE", String(error));
}
