import { ByteSink } from "./byte-sink.ts";
import { Cursor, eachElement, type OnElement } from "./cursor.ts";
import { JsonFields, type JsonFieldTable } from "./fields.ts";
import { isWholeNumber, nextNumberStep, numberBroken, numberEnded, numberStart } from "./number.ts";
import { JsonText } from "./text.ts";
import { JsonValue } from "./value.ts";

/**
 * - `malformed`: no JSON (RFC 8259), or not in UTF-8;
 * - `tooDeep`: nests deeper than `config.jsonDepthMax`;
 * - `ambiguous`: a name that was asked for comes twice in one object.
 */
export type JsonVerdict = "sound" | "malformed" | "tooDeep" | "ambiguous";

// What the next byte may be or begin, white space apart. Numbers, as they are compared for each.
const value = 0;
const elementOrEnd = 1;
const name = 2;
const nameOrEnd = 3;
const colon = 4;
const commaOrEnd = 5;
// What is being read, and takes bytes as long as it lasts.
const nameText = 6;
const valueText = 7;
const number = 8;
const word = 9;
const broken = 10;

/**
 * Reads JSON as it comes, in any pieces, and keeps of it what a table asks for. Everything else is
 * checked and forgotten: on XS, JSON.parse keeps each property name for ever, and recurses.
 *
 * As strict as RFC 8259 and as `JSON.parse` after a fatal TextDecoder, with four differences: the
 * verdicts `tooDeep` and `ambiguous`; U+FFFD for a surrogate escape without its other half; and a
 * text or number above its bound, of which only the length is told. Names are compared as the bytes
 * that they stand for, so `"op\u0065ration"` is `operation`; those not asked for may repeat.
 *
 * What lies in an array is checked and not kept, but for a list that was asked for: its objects come
 * one after the other, each forgotten when the next begins, or one of them is kept.
 *
 * Costs 5 bytes for each row of the largest table and 40 more, and until `release` what `JsonFields`
 * keeps; no byte makes garbage. With the tables of `message-fields.ts` these are 160 bytes, 512 or 4,435
 * while a message is read, and 95 slots of objects.
 */
export class JsonReader {
  /** The message, once `end` said "sound"; until the next `begin` or `release`. */
  readonly message: JsonValue;
  private readonly fields: JsonFields;
  private readonly cursor: Cursor;
  private readonly sink = new ByteSink();
  private readonly text = new JsonText(this.sink);
  private next = broken;
  private verdict: JsonVerdict = "malformed";
  private word: "true" | "false" | "null" = "null";
  private wordLength = 0;
  private numberStep = numberStart;

  /** @param tables all that `begin` will be given; it is called with the first one */
  constructor(tables: readonly JsonFieldTable[], onElement: OnElement = () => {}) {
    this.fields = new JsonFields(tables);
    this.cursor = new Cursor(this.fields, this.sink, onElement);
    this.begin(tables[0] ?? []);
    this.message = new JsonValue(this.fields, "");
  }

  /** @param element the one of a list that is kept; each in turn if not given */
  begin(table: JsonFieldTable, element = eachElement): void {
    this.fields.begin(table);
    this.cursor.begin(element);
    this.verdict = "sound";
    this.next = value;
  }

  /** @returns false if the verdict stands: no more bytes can change it */
  push(bytes: Uint8Array, from: number, to: number): boolean {
    let index = from;
    while (index < to && this.next !== broken) {
      const { next } = this;
      if (next === nameText || next === valueText) index = this.takeText(bytes, index, to);
      else if (next === number) index = this.takeNumber(bytes, index, to);
      else {
        const byte = bytes[index] as number;
        index += 1;
        if (next === word) this.takeWord(byte);
        else if (!isSpace(byte)) this.takeMark(next, byte);
      }
    }
    return this.next !== broken;
  }

  end(): JsonVerdict {
    if (this.next === number && isWholeNumber(this.numberStep)) this.endScalar();
    const isWhole = this.next === commaOrEnd && this.cursor.depth === 0;
    if (!isWhole && this.next !== broken) this.fail("malformed");
    return this.verdict;
  }

  /** What was kept is forgotten, and its memory given back. */
  release(): void {
    this.fields.release();
  }

  private fail(verdict: JsonVerdict): void {
    this.verdict = verdict;
    this.next = broken;
  }

  private takeMark(next: number, byte: number): void {
    const isEnd = byte === 0x5d || byte === 0x7d;
    if (next === value || (next === elementOrEnd && !isEnd)) this.beginValue(byte);
    else if (next === elementOrEnd || (next === nameOrEnd && isEnd)) this.endContainer(byte);
    else if (next === name || next === nameOrEnd) this.beginName(byte);
    else if (next === commaOrEnd && isEnd) this.endContainer(byte);
    else if (next === commaOrEnd && byte === 0x2c && this.cursor.depth > 0) {
      this.next = this.cursor.isInObject() ? name : value;
    } else if (next === colon && byte === 0x3a) this.next = value;
    else this.fail("malformed");
  }

  private beginName(byte: number): void {
    if (byte !== 0x22) {
      this.fail("malformed");
      return;
    }
    this.cursor.beginName();
    this.text.begin();
    this.next = nameText;
  }

  private endName(): void {
    this.next = colon;
    if (!this.cursor.endName()) this.fail("ambiguous");
  }

  private beginValue(byte: number): void {
    switch (byte) {
      case 0x7b:
        this.beginContainer(true);
        break;
      case 0x5b:
        this.beginContainer(false);
        break;
      case 0x22:
        this.beginText();
        break;
      case 0x74:
        this.beginWord("true");
        break;
      case 0x66:
        this.beginWord("false");
        break;
      case 0x6e:
        this.beginWord("null");
        break;
      default:
        this.beginNumber(byte);
        break;
    }
  }

  private endScalar(): void {
    this.cursor.endScalar();
    this.next = commaOrEnd;
  }

  private beginContainer(isObject: boolean): void {
    this.next = isObject ? nameOrEnd : elementOrEnd;
    if (!this.cursor.beginContainer(isObject)) this.fail("tooDeep");
  }

  private endContainer(byte: number): void {
    const { cursor } = this;
    const isObject = byte === 0x7d;
    if (cursor.depth === 0 || cursor.isInObject() !== isObject) {
      this.fail("malformed");
      return;
    }
    cursor.endContainer();
    this.next = commaOrEnd;
  }

  private beginText(): void {
    this.cursor.beginScalar("string");
    this.text.begin();
    this.next = valueText;
  }

  private takeText(bytes: Uint8Array, from: number, to: number): number {
    const { text } = this;
    const index = text.take(bytes, from, to);
    if (text.isBroken()) this.fail("malformed");
    else if (text.isEnded()) {
      if (this.next === nameText) this.endName();
      else this.endScalar();
    }
    return index;
  }

  private beginNumber(byte: number): void {
    this.cursor.beginScalar("number");
    this.numberStep = nextNumberStep(numberStart, byte);
    this.sink.addByte(byte);
    this.next = number;
    if (this.numberStep === numberBroken) this.fail("malformed");
  }

  /** The byte that ends a number is left. */
  private takeNumber(bytes: Uint8Array, from: number, to: number): number {
    let step = this.numberStep;
    let index = from;
    while (index < to) {
      step = nextNumberStep(step, bytes[index] as number);
      if (step >= numberEnded) break;
      index += 1;
    }
    this.numberStep = step;
    this.sink.add(bytes, from, index);
    if (step === numberBroken) this.fail("malformed");
    else if (step === numberEnded) this.endScalar();
    return index;
  }

  private beginWord(kind: "true" | "false" | "null"): void {
    this.cursor.beginScalar(kind);
    this.word = kind;
    this.wordLength = 1;
    this.next = word;
  }

  private takeWord(byte: number): void {
    const isRight = byte === this.word.charCodeAt(this.wordLength);
    this.wordLength += 1;
    if (!isRight) this.fail("malformed");
    else if (this.wordLength === this.word.length) this.endScalar();
  }
}

/** RFC 8259, 2. */
function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
