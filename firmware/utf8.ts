/**
 * UTF-8 (RFC 3629) without TextEncoder and TextDecoder, which XS and Espruino lack. What cannot be
 * expressed becomes U+FFFD, as in the WHATWG Encoding Standard: a lone surrogate when encoding, the
 * longest prefix of a sequence that is cut or not allowed when decoding.
 */

import { inPieces } from "./text-pieces.ts";

export const replacement = 0xfffd;

/** UTF-16 units gathered before they become a string: 64 array slots, 1 KiB on XS while decoding. */
const unitsAtOnce = 64;

/** How many bytes `text` takes. */
export function utf8Length(text: string): number {
  let byteCount = 0;
  for (const piece of inPieces(text)) byteCount += pieceLength(piece);
  return byteCount;
}

function pieceLength(text: string): number {
  const unitCount = text.length;
  let byteCount = 0;
  for (let index = 0; index < unitCount; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) byteCount += 1;
    else if (unit < 0x800) byteCount += 2;
    else if (isPair(text, index)) {
      byteCount += 4;
      index += 1;
    } else byteCount += 3;
  }
  return byteCount;
}

/**
 * Writes `text` into `into` from `offset`, which must have room for `utf8Length(text)` bytes.
 * @returns the offset behind the last byte
 */
export function encodeUtf8Into(text: string, into: Uint8Array, offset: number): number {
  let end = offset;
  for (const piece of inPieces(text)) end = encodePieceInto(piece, into, end);
  return end;
}

function encodePieceInto(text: string, into: Uint8Array, offset: number): number {
  const unitCount = text.length;
  let end = offset;
  for (let index = 0; index < unitCount; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) {
      into[end] = unit;
      end += 1;
    } else {
      const point = codePointAt(text, index);
      end = encodePoint(point >= 0xd800 && point < 0xe000 ? replacement : point, into, end);
      if (point > 0xffff) index += 1;
    }
  }
  return end;
}

export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Length(text));
  encodeUtf8Into(text, bytes, 0);
  return bytes;
}

/** All of `bytes` as text. A byte order mark is kept as U+FEFF. */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = "";
  let units: number[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    offset += decodePoint(bytes, offset, units);
    // A string that grows by one unit at a time would be copied as often as it has units.
    if (units.length >= unitsAtOnce - 1) {
      text += String.fromCharCode.apply(null, units);
      units = [];
    }
  }
  return text + String.fromCharCode.apply(null, units);
}

/** As String.prototype.codePointAt, which Espruino lacks: a lone surrogate is given as it is. */
export function codePointAt(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  if (unit < 0xd800 || !isPair(text, index)) return unit;
  return 0x10000 + (unit - 0xd800) * 0x400 + text.charCodeAt(index + 1) - 0xdc00;
}

function isPair(text: string, index: number): boolean {
  const high = text.charCodeAt(index);
  if (high < 0xd800 || high > 0xdbff || index + 1 >= text.length) return false;
  const low = text.charCodeAt(index + 1);
  return low >= 0xdc00 && low <= 0xdfff;
}

/** For code points from 0x80 on. @returns the offset behind the last byte */
export function encodePoint(point: number, into: Uint8Array, offset: number): number {
  let end = offset;
  if (point < 0x800) {
    into[end] = 0xc0 | (point >> 6);
  } else {
    if (point < 0x10000) {
      into[end] = 0xe0 | (point >> 12);
    } else {
      into[end] = 0xf0 | (point >> 18);
      end += 1;
      into[end] = 0x80 | ((point >> 12) & 0x3f);
    }
    end += 1;
    into[end] = 0x80 | ((point >> 6) & 0x3f);
  }
  into[end + 1] = 0x80 | (point & 0x3f);
  return end + 2;
}

/** Appends one code point to `units`. @returns how many bytes it took */
function decodePoint(bytes: Uint8Array, offset: number, units: number[]): number {
  const lead = bytes[offset] ?? 0;
  if (lead < 0x80) {
    units.push(lead);
    return 1;
  }
  const following = followingCount(lead);
  let point = lead & (0x3f >> following);
  let lowest = lowestSecondByte(lead);
  let highest = highestSecondByte(lead);
  let taken = 1;
  while (taken <= following && offset + taken < bytes.length) {
    const next = bytes[offset + taken] ?? 0;
    if (next < lowest || next > highest) break;
    point = (point << 6) | (next & 0x3f);
    lowest = 0x80;
    highest = 0xbf;
    taken += 1;
  }
  if (following === 0 || taken <= following) units.push(replacement);
  else pushPoint(point, units);
  return taken;
}

/**
 * The second byte is bounded more tightly after four leads (RFC 3629, section 4): no overlong form,
 * no surrogate, nothing above U+10FFFF.
 */
export function lowestSecondByte(lead: number): number {
  if (lead === 0xe0) return 0xa0;
  return lead === 0xf0 ? 0x90 : 0x80;
}

export function highestSecondByte(lead: number): number {
  if (lead === 0xed) return 0x9f;
  return lead === 0xf4 ? 0x8f : 0xbf;
}

/** Continuation bytes after `lead`; 0 if it can start nothing. */
export function followingCount(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 1;
  if (lead >= 0xe0 && lead <= 0xef) return 2;
  if (lead >= 0xf0 && lead <= 0xf4) return 3;
  return 0;
}

function pushPoint(point: number, units: number[]): void {
  if (point < 0x10000) {
    units.push(point);
    return;
  }
  units.push(0xd800 + ((point - 0x10000) >> 10));
  units.push(0xdc00 + ((point - 0x10000) & 0x3ff));
}
