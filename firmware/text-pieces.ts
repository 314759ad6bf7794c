/** UTF-16 units of a piece: as short as that, an index costs little more than a call. */
const PIECE_UNITS = 64;

/**
 * A piece of `text` from `start` on: 64 units, one more where a surrogate pair would be cut in two, fewer
 * at the end. For whoever looks at each unit: XS keeps strings as UTF-8 and counts from the start for
 * every index and every length, so that a walk over a whole text is quadratic. Costs a copy of the piece.
 */
export function pieceAt(text: string, start: number): string {
  const piece = text.slice(start, start + PIECE_UNITS);
  return endsInHighSurrogate(piece) ? text.slice(start, start + PIECE_UNITS + 1) : piece;
}

function endsInHighSurrogate(text: string): boolean {
  const unit = text.charCodeAt(text.length - 1);
  return unit >= 0xd800 && unit < 0xdc00;
}
