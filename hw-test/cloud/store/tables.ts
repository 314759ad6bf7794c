/** Where a cloud keeps what it knows. */
export interface Tables {
  /**
   * A map that holds what it held when it was last open; what is set or deleted is kept at once. A value
   * that was changed in place is kept when it is set again.
   * @param path names the table; one that goes on from it names another
   */
  open<Value>(...path: readonly string[]): Map<string, Value>;
  /** What `action` sets and deletes is kept as a whole, or not at all. */
  together<T>(action: () => T): T;
}

/** For a cloud that forgets all when it stops. */
export const inMemory: Tables = Object.freeze({
  open: <Value>() => new Map<string, Value>(),
  together: <T>(action: () => T) => action(),
});
