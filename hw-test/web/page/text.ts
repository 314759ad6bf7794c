export function seconds(ms: number): string {
  // Not parted at a line's end.
  return `${(ms / 1000).toFixed(2)}\u00a0s`;
}

export function address(value: number): string {
  return `0x${value.toString(16).padStart(5, "0")}`;
}

/** From a million on in megabytes. */
export function kilobytes(bytes: number): string {
  if (bytes >= 1_000_000) return `${(bytes / 1_000_000).toFixed(2)} MB`;
  return `${(bytes / 1000).toFixed(1)} KB`;
}

/** JSON with line breaks; anything else as it is. */
export function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch (error) {
    if (error instanceof SyntaxError) return body;
    throw error;
  }
}
