import { assert } from "./assert.ts";
import { config } from "./config.ts";
import type { Log } from "./ports/log.ts";
import { codePointAt } from "./utf8.ts";

/**
 * Text from outside (a job, a server, a broker), made fit to be shown: it cannot end a line, forge
 * one, drive a terminal or read otherwise than it is.
 */

/** Stands for one character that is not shown. */
const replacement = "?";
/** Where text was left out. */
const cutMark = "...";

const unicodeMax = 0x10ffff;
const asciiMax = 0x7e;

/**
 * `text` itself if all of it can be shown; else a copy with `?` for each character that cannot, cut
 * to `maxChars` UTF-16 units of which the last three are then `...`.
 */
export function printable(text: string, maxChars: number): string {
  return shown(text, maxChars, unicodeMax);
}

/** The same for readers that count in other units or take ASCII alone. */
export function printableAscii(text: string, maxChars: number): string {
  return shown(text, maxChars, asciiMax);
}

/** A log that takes any text. */
export function printableLog(log: Log): Log {
  return (line) => log(printable(line, config.logLineMaxChars));
}

function shown(text: string, maxChars: number, highest: number): string {
  assert(maxChars >= cutMark.length, "room for the mark of a cut");
  const { length } = text;
  const end = length > maxChars ? maxChars - cutMark.length : length;
  let result = "";
  let takenEnd = 0;
  let index = 0;
  while (index < end) {
    const point = codePointAt(text, index);
    const next = index + (point > 0xffff ? 2 : 1);
    if (next > end) break;
    if (!isShown(point, highest)) {
      result += text.slice(takenEnd, index) + replacement;
      takenEnd = next;
    }
    index = next;
  }
  if (takenEnd === 0 && index === length) return text;
  return result + text.slice(takenEnd, index) + (index < length ? cutMark : "");
}

function isShown(point: number, highest: number): boolean {
  if (point >= 0x20 && point <= asciiMax) return true;
  return point <= highest && !isControl(point) && !isInvisible(point);
}

/** C0, DEL and C1, where the terminal's escapes begin; the two line ends of Unicode; half a pair. */
function isControl(point: number): boolean {
  if (point < 0xa0) return point < 0x20 || point > asciiMax;
  return point === 0x2028 || point === 0x2029 || (point >= 0xd800 && point <= 0xdfff);
}

/**
 * What has no width, fills a space, or turns the order of what is read: the bidirectional controls
 * and Default_Ignorable_Code_Point of DerivedCoreProperties.txt, Unicode 15.
 */
function isInvisible(point: number): boolean {
  if (point < 0x2000) {
    return (
      point === 0xad ||
      point === 0x34f ||
      point === 0x61c ||
      (point >= 0x115f && point <= 0x1160) ||
      (point >= 0x17b4 && point <= 0x17b5) ||
      (point >= 0x180b && point <= 0x180f)
    );
  }
  return (
    (point >= 0x200b && point <= 0x200f) ||
    (point >= 0x202a && point <= 0x202e) ||
    (point >= 0x2060 && point <= 0x206f) ||
    point === 0x3164 ||
    (point >= 0xfe00 && point <= 0xfe0f) ||
    point === 0xfeff ||
    point === 0xffa0 ||
    (point >= 0xfff0 && point <= 0xfff8) ||
    (point >= 0x1bca0 && point <= 0x1bca3) ||
    (point >= 0x1d173 && point <= 0x1d17a) ||
    (point >= 0xe0000 && point <= 0xe0fff)
  );
}
