/** What an object holds on to. */
export interface Footprint {
  /** Of its array buffers. */
  readonly bufferBytes: number;
  /** Properties, elements and characters: what costs memory besides. */
  readonly values: number;
}

/** Of `root`, besides what it was lent: `lent` and all behind that. */
export function footprint(root: object, lent: readonly object[]): Footprint {
  const seen = new Set<object>(lent);
  let bufferBytes = 0;
  let values = 0;
  const visit = (value: unknown): void => {
    values += typeof value === "string" ? 1 + value.length : 1;
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    if (ArrayBuffer.isView(value)) visit(value.buffer);
    else if (value instanceof ArrayBuffer) bufferBytes += value.byteLength;
    else for (const held of heldBy(value)) visit(held);
  };
  visit(root);
  return { bufferBytes, values };
}

function heldBy(value: object): Iterable<unknown> {
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  if (value instanceof Set) return value;
  return Object.values(value);
}
