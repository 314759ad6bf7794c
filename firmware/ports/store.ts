/**
 * A small key-value store that survives resets. Each write is atomic: after a power cut a key has
 * its old or its new value, never a mix. Keys are 1 to 15 characters; a value is at most
 * `config.storeValueMaxBytes` bytes. A device error is thrown as Failure STORE by `write` and
 * `remove` (Espruino lets no method be named `delete`).
 */
export interface Store {
  /** The value, or undefined if the key was never written or was removed. */
  read(key: string): Uint8Array | undefined;
  write(key: string, value: Uint8Array): void;
  /** Harmless when the key is not there. */
  remove(key: string): void;
}
