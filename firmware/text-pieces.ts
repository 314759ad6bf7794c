/** UTF-16 units of a piece: as short as that, an index costs little more than a call. */
const PIECE_UNITS = 64;

/**
 * `text` in pieces of 64 or 65 units, no surrogate pair cut in two. For whoever looks at each unit: XS
 * keeps strings as UTF-8 and counts from the start for every index and every length, so that a walk over
 * the whole text is quadratic. Costs a copy of the text, and an array slot for each piece.
 */
export function inPieces(text: string): readonly string[] {
  const length = text.length;
  if (length <= PIECE_UNITS) return [text];
  const pieces: string[] = [];
  for (let start = 0; start < length; ) {
    let piece = text.slice(start, start + PIECE_UNITS);
    if (endsInHighSurrogate(piece)) piece = text.slice(start, start + PIECE_UNITS + 1);
    pieces.push(piece);
    start += piece.length;
  }
  return pieces;
}

function endsInHighSurrogate(text: string): boolean {
  const unit = text.charCodeAt(text.length - 1);
  return unit >= 0xd800 && unit < 0xdc00;
}
