/*
 * In place of regular expressions, which the core has none of: XS keeps a state for each repetition,
 * about 100 KB for a presigned URL, and where that memory is not there it says that the text does not
 * match.
 */

import { inPieces } from "./text-pieces.ts";

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Of ASCII. */
export function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

export function isHexDigit(code: number): boolean {
  const lower = code | 0x20;
  return isDigit(code) || (lower >= 0x61 && lower <= 0x66);
}

/** Whether `text` has nothing but letters and digits of ASCII and characters of `marks`. */
export function isAlphanumeric(text: string, marks: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (!isLetter(code) && !isDigit(code) && marks.indexOf(text.charAt(index)) < 0) return false;
  }
  return true;
}

/** Whether `text` has nothing but what `isWanted` takes, and at least one of it. */
export function consistsOf(text: string, isWanted: (code: number) => boolean): boolean {
  for (const piece of inPieces(text)) {
    const unitCount = piece.length;
    for (let index = 0; index < unitCount; index += 1) {
      if (!isWanted(piece.charCodeAt(index))) return false;
    }
  }
  return text.length > 0;
}
