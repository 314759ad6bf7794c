import { isAlphanumeric } from "../characters.ts";
import { parseDecimal } from "./header-values.ts";

/** The longest is `Wednesday, 06-Nov-94 08:49:37 GMT`. */
const dateMaxChars = 33;
const marks = " ,:-";
const months = "JanFebMarAprMayJunJulAugSepOctNovDec";
/** Days of the year before each month, in a year that is no leap year. */
const daysBefore = Object.freeze([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]);

/** Where the parts of a date stand among its words. */
interface Form {
  readonly day: number;
  readonly month: number;
  readonly year: number;
  /** Of the hour; minutes and seconds follow. */
  readonly time: number;
}

/** `Sun, 06 Nov 1994 08:49:37 GMT`, or `Sunday, 06-Nov-94 08:49:37 GMT`, which is obsolete. */
const fixed: Form = Object.freeze({ day: 1, month: 2, year: 3, time: 4 });
/** `Sun Nov  6 08:49:37 1994`, obsolete too. */
const asctime: Form = Object.freeze({ day: 2, month: 1, year: 6, time: 3 });

/**
 * An HTTP date in any of its three forms (RFC 9110, 5.6.7).
 * @returns seconds since 1970, or undefined for what is none
 */
export function parseHttpDate(text: string): number | undefined {
  if (text.length > dateMaxChars || !isAlphanumeric(text, marks)) return undefined;
  const words = wordsOf(text);
  if (words.length === 7) return secondsOf(words, asctime);
  return words.length === 8 && words[7] === "GMT" ? secondsOf(words, fixed) : undefined;
}

function secondsOf(words: readonly string[], form: Form): number | undefined {
  const year = yearOf(words[form.year] ?? "");
  const month = monthOf(words[form.month] ?? "");
  const day = numberOf(words[form.day], 1, 31);
  const hour = numberOf(words[form.time], 0, 23);
  const minute = numberOf(words[form.time + 1], 0, 59);
  // 60 is a leap second.
  const second = numberOf(words[form.time + 2], 0, 60);
  const days = daysSince1970(year, month, day);
  const seconds = days * 86_400 + hour * 3600 + minute * 60 + second;
  return seconds >= 0 ? seconds : undefined;
}

function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  let word = "";
  for (let index = 0; index <= text.length; index += 1) {
    const character = text.charAt(index);
    if (character !== "" && marks.indexOf(character) < 0) word += character;
    else {
      if (word !== "") words.push(word);
      word = "";
    }
  }
  return words;
}

/** @returns NaN for what is no number from `min` to `max` */
function numberOf(text: string | undefined, min: number, max: number): number {
  const value = text === undefined ? undefined : parseDecimal(text);
  return value !== undefined && value >= min && value <= max ? value : Number.NaN;
}

/** Two digits are of 1970 to 2069: no server that still runs has older files. */
function yearOf(text: string): number {
  if (text.length === 4) return numberOf(text, 1970, 9999);
  if (text.length !== 2) return Number.NaN;
  const year = numberOf(text, 0, 99);
  return year + (year < 70 ? 2000 : 1900);
}

/** @returns 0 to 11, or NaN */
function monthOf(text: string): number {
  const at = months.indexOf(text);
  return text.length === 3 && at % 3 === 0 ? at / 3 : Number.NaN;
}

function daysSince1970(year: number, month: number, day: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const ofYear = (daysBefore[month] ?? Number.NaN) + day - 1 + (isLeap && month > 1 ? 1 : 0);
  return (year - 1970) * 365 + leapDaysBefore(year) - leapDaysBefore(1970) + ofYear;
}

function leapDaysBefore(year: number): number {
  const last = year - 1;
  return Math.floor(last / 4) - Math.floor(last / 100) + Math.floor(last / 400);
}
