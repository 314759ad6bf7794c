export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

export function address(value: number): string {
  return `0x${value.toString(16).padStart(5, "0")}`;
}

export function kilobytes(bytes: number): string {
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
