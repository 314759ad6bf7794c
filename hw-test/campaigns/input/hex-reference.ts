/** What the bytes of a HEX file are for, by the letter of the specification; undefined: no such file. */
export function referenceImage(text: string): Map<number, number> | undefined {
  // Line ends between records may be missing, and may be of any kind.
  const lines = text
    .replaceAll(/[\r\n]+/g, "\n")
    .replaceAll(":", "\n:")
    .split("\n");
  const image = new Map<number, number>();
  let base = 0;
  let wraps = false;
  let hasEnded = false;
  for (const line of lines.filter((one) => one !== "")) {
    const record = hasEnded ? undefined : parseRecord(line);
    if (record === undefined) return undefined;
    const { type, offset, data } = record;
    const word = ((data[0] ?? 0) << 8) | (data[1] ?? 0);
    if (type === 0) {
      if (!addData(image, record, { base, wraps })) return undefined;
      continue;
    }
    if (data.length !== [0, 0, 2, 4, 2, 4][type]) return undefined;
    if (offset !== 0 && type !== 1) return undefined;
    if (type === 1) hasEnded = true;
    if (type === 2) [base, wraps] = [word * 16, true];
    if (type === 4) [base, wraps] = [word * 65_536, false];
  }
  return hasEnded ? image : undefined;
}

interface Fields {
  readonly type: number;
  readonly offset: number;
  readonly data: readonly number[];
}

function parseRecord(line: string): Fields | undefined {
  if (!/^:(?:[0-9A-Fa-f]{2}){5,}$/.test(line)) return undefined;
  const bytes = [...Buffer.from(line.slice(1), "hex")];
  const [length = 0, high = 0, low = 0, type = 0] = bytes;
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  if (bytes.length !== length + 5 || sum % 256 !== 0 || type > 5) return undefined;
  return { type, offset: high * 256 + low, data: bytes.slice(4, -1) };
}

/** @returns false where a byte is given twice and differently, or lies beyond 4 GB */
function addData(
  image: Map<number, number>,
  { offset, data }: Fields,
  { base, wraps }: { readonly base: number; readonly wraps: boolean },
): boolean {
  for (const [index, byte] of data.entries()) {
    const at = offset + index;
    const address = base + (wraps ? at % 65_536 : at);
    if (address >= 2 ** 32 || (image.get(address) ?? byte) !== byte) return false;
    image.set(address, byte);
  }
  return true;
}
