import { Failure, type FailureCode } from "../failure.ts";
import type { Flash } from "../ports/flash.ts";
import { WINDOW_BYTES } from "./inflate.ts";
import { BLOCK_BYTES, OldImage } from "./old-image.ts";
import type { PatchPosition } from "./position.ts";

/**
 * `length` bytes of the new image for `offset`, which rises from call to call without a gap. `bytes`
 * is one buffer of 256 bytes, the same at every call; a call never goes beyond a multiple of 256.
 */
export type OnImage = (offset: number, bytes: Uint8Array, length: number) => void;

const OUT_BYTES = 256;
/** Where things are in the work buffer, behind inflate's window: what goes out, what was read. */
const OUT = WINDOW_BYTES;
const BLOCK = OUT + OUT_BYTES;
/** Of the buffer that window, output and old bytes share, so that a native copy can do between them. */
export const WORK_BYTES = BLOCK + BLOCK_BYTES;
/** Bits of a number: four bytes of seven. */
const NUMBER_BITS = 28;

/** More than one byte counts. */
const LONG_RUN = 0x81;

const SEEK = 0;
const COPY_LENGTH = 1;
const EXTRA_LENGTH = 2;
const DIFF = 3;
const ZERO_COUNT = 4;
const ZEROS = 5;
const EXTRA = 6;

/**
 * Makes the new image of the old one and of commands (docs/patch-format.md), each of which says: seek
 * in the old image, copy and add the diff, add extra bytes. Takes the commands' bytes as they come;
 * bounds what they ask for before it does it: PATCH_FORMAT, PATCH_RANGE.
 *
 * Has 512 bytes of the work buffer; allocates nothing for each command.
 */
export class Bspatch {
  /** Where the next byte to copy is in the old image, and what there is of the new one. */
  oldPosition = 0;
  newPosition = 0;
  readonly old: OldImage;

  private readonly primary: Flash;
  private readonly write: OnImage;
  private newBytes = 0;
  /** The buffer of inflate's window, where commands come in, and its part where the image goes out. */
  private readonly work: Uint8Array;
  private readonly out: Uint8Array;
  /** The bytes of `out` that wait; they end at `newPosition`. */
  private waiting = 0;

  private state = SEEK;
  /** A number so far, and its bits. */
  private value = 0;
  private valueBits = 0;
  /** Of the command: what is still to copy and to add; of its diff's run of zeros. */
  private copyLeft = 0;
  private extraLeft = 0;
  private zerosLeft = 0;

  /** @param work of `WORK_BYTES` */
  constructor(primary: Flash, write: OnImage, work: Uint8Array) {
    this.primary = primary;
    this.write = write;
    this.work = work;
    this.out = work.subarray(OUT, OUT + OUT_BYTES);
    this.old = new OldImage(primary, work.subarray(BLOCK, BLOCK + BLOCK_BYTES));
  }

  /** Between two commands, before the first byte. */
  begin(from: PatchPosition): void {
    this.old.byteLength = from.oldBytes;
    this.newBytes = from.newBytes;
    this.oldPosition = from.oldPosition;
    this.newPosition = from.newPosition;
  }

  /** No command is under way. */
  get isBetween(): boolean {
    return this.state === SEEK && this.valueBits === 0;
  }

  /**
   * Takes the commands' bytes in `work[at..end)` until the image has about `stop` bytes.
   * @returns where it stopped: at `end`, unless the image is there
   */
  take(at: number, end: number, stop: number): number {
    let index = at;
    while (this.newPosition < stop) {
      if (this.state === ZEROS) this.run(stop);
      else if (index === end) break;
      else if (this.state === EXTRA) index = this.addExtra(index, end);
      else if (this.state === DIFF) index = this.addDiff(index, end);
      else index = this.readNumber(index);
    }
    return index;
  }

  /** Copies of a run what brings the image to `stop` bytes, or a few less than 256 more. */
  private run(stop: number): void {
    while (this.zerosLeft > 0 && this.newPosition < stop) {
      const count = Math.min(this.zerosLeft, this.room());
      // Straight from flash into the output, where all of it is the same.
      if (count === OUT_BYTES) this.primary.read(this.out, this.oldPosition);
      else this.copy(count);
      this.zerosLeft -= count;
      this.oldPosition += count;
      this.made(count);
    }
    if (this.zerosLeft === 0) this.state = this.copyLeft > 0 ? DIFF : this.afterCopy();
  }

  /** What waits goes out. */
  flush(): void {
    const length = this.waiting;
    if (length === 0) return;
    this.waiting = 0;
    this.write(this.newPosition - length, this.out, length);
  }

  private made(count: number): void {
    this.waiting += count;
    this.newPosition += count;
    if (this.newPosition % OUT_BYTES === 0) this.flush();
  }

  /** Up to which the output may grow. */
  private room(): number {
    return OUT_BYTES - (this.newPosition % OUT_BYTES);
  }

  private copy(count: number): void {
    const { old, work } = this;
    let position = this.oldPosition;
    let to = OUT + this.waiting;
    let left = count;
    while (left > 0) {
      const some = Math.min(left, old.load(position));
      const from = BLOCK + position - old.start;
      work.copyWithin(to, from, from + some);
      position += some;
      to += some;
      left -= some;
    }
  }

  /**
   * Differences, and runs of zeros that are short: no longer than what is loaded, what has room, or what
   * one byte counts. In local variables, for most of a patch are these.
   */
  private addDiff(at: number, end: number): number {
    const { old, work } = this;
    const span = Math.min(this.copyLeft, this.room(), old.load(this.oldPosition));
    let from = BLOCK + this.oldPosition - old.start;
    let to = OUT + this.waiting;
    const stop = to + span;
    let index = at;
    while (index < end && to < stop) {
      const difference = work[index] as number;
      if (difference !== 0) {
        work[to] = (work[from] as number) + difference;
        index += 1;
        from += 1;
        to += 1;
        continue;
      }
      const count = index + 1 < end ? (work[index + 1] as number) + 1 : LONG_RUN;
      if (count >= LONG_RUN || count > stop - to) {
        index += 1;
        this.state = ZERO_COUNT;
        break;
      }
      work.copyWithin(to, from, from + count);
      index += 2;
      from += count;
      to += count;
    }
    this.copied(to - OUT - this.waiting);
    return index;
  }

  private copied(count: number): void {
    this.copyLeft -= count;
    this.oldPosition += count;
    if (this.copyLeft === 0) this.state = this.afterCopy();
    this.made(count);
  }

  private addExtra(at: number, end: number): number {
    const count = Math.min(end - at, this.extraLeft, this.room());
    this.work.copyWithin(OUT + this.waiting, at, at + count);
    this.extraLeft -= count;
    if (this.extraLeft === 0) this.state = SEEK;
    this.made(count);
    return at + count;
  }

  /** Seven bits a byte, lowest first, the top bit says that more follow. */
  private readNumber(at: number): number {
    const byte = this.work[at] as number;
    this.value |= (byte & 0x7f) << this.valueBits;
    this.valueBits += 7;
    if (byte < 0x80) {
      const { value } = this;
      this.value = 0;
      this.valueBits = 0;
      this.useNumber(value);
    } else if (this.valueBits === NUMBER_BITS) {
      fail("PATCH_FORMAT", "a number of more than four bytes");
    }
    return at + 1;
  }

  private useNumber(value: number): void {
    if (this.state === SEEK) this.seek((value & 1) === 0 ? value >>> 1 : -((value + 1) >>> 1));
    else if (this.state === COPY_LENGTH) this.beginCopy(value);
    else if (this.state === EXTRA_LENGTH) this.beginExtra(value);
    else this.beginZeros(value + 1);
  }

  private seek(distance: number): void {
    this.oldPosition += distance;
    const { oldPosition, old } = this;
    if (oldPosition < 0 || oldPosition > old.byteLength) {
      fail("PATCH_RANGE", `seeks to ${oldPosition} of ${old.byteLength} old bytes`);
    }
    this.state = COPY_LENGTH;
  }

  private beginCopy(length: number): void {
    const { oldPosition, old } = this;
    if (length > old.byteLength - oldPosition) {
      fail("PATCH_RANGE", `copies ${length} from ${oldPosition} of ${old.byteLength} old bytes`);
    }
    this.copyLeft = length;
    this.state = EXTRA_LENGTH;
  }

  private beginExtra(length: number): void {
    const total = this.copyLeft + length;
    if (total === 0) fail("PATCH_FORMAT", "a command that makes nothing");
    if (total > this.newBytes - this.newPosition) {
      fail("PATCH_RANGE", `${total} more after ${this.newPosition} of ${this.newBytes} new bytes`);
    }
    this.extraLeft = length;
    this.state = this.copyLeft > 0 ? DIFF : EXTRA;
  }

  private beginZeros(count: number): void {
    if (count > this.copyLeft) {
      fail("PATCH_FORMAT", `${count} unchanged bytes in a copy of ${this.copyLeft}`);
    }
    this.copyLeft -= count;
    this.zerosLeft = count;
    this.state = ZEROS;
  }

  private afterCopy(): number {
    return this.extraLeft > 0 ? EXTRA : SEEK;
  }
}

function fail(code: FailureCode, said: string): never {
  throw new Failure(code, said);
}
