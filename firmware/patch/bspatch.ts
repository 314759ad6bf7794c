import { Failure, type FailureCode } from "../failure.ts";
import type { Flash } from "../ports/flash.ts";
import { OldImage } from "./old-image.ts";
import type { PatchPosition } from "./position.ts";

/**
 * `length` bytes of the new image for `offset`, which rises from call to call without a gap. `bytes`
 * is one buffer of 256 bytes, the same at every call; a call never goes beyond a multiple of 256.
 */
export type OnImage = (offset: number, bytes: Uint8Array, length: number) => void;

const OUT_BYTES = 256;
/** Bits of a number: four bytes of seven. */
const NUMBER_BITS = 28;

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
 * Costs 512 bytes: 256 of the old image, 256 of the new one; allocates nothing for each command.
 */
export class Bspatch {
  /** Where the next byte to copy is in the old image, and what there is of the new one. */
  oldPosition = 0;
  newPosition = 0;
  readonly old: OldImage;

  private readonly primary: Flash;
  private readonly write: OnImage;
  private newBytes = 0;
  private readonly out = new Uint8Array(OUT_BYTES);
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

  constructor(primary: Flash, write: OnImage) {
    this.primary = primary;
    this.write = write;
    this.old = new OldImage(primary);
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

  /** A run of unchanged bytes is to be copied by `run` before more commands are taken. */
  get isRunning(): boolean {
    return this.state === ZEROS;
  }

  /** Takes `bytes[at..end)` up to a run. @returns where it stopped */
  take(bytes: Uint8Array, at: number, end: number): number {
    let index = at;
    while (index < end && this.state !== ZEROS) {
      if (this.state === EXTRA) index = this.addExtra(bytes, index, end);
      else if (this.state === DIFF) index = this.addDiff(bytes, index, end);
      else index = this.readNumber(bytes, index);
    }
    return index;
  }

  /** Copies of the run what brings the image to `stop` bytes, or a few less than 256 more. */
  run(stop: number): void {
    while (this.zerosLeft > 0 && this.newPosition < stop) {
      const room = OUT_BYTES - (this.newPosition % OUT_BYTES);
      const count = Math.min(this.zerosLeft, room);
      // Straight from flash into the output: most of an image is such.
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

  private copy(count: number): void {
    const { old, out } = this;
    const { block } = old;
    let to = this.waiting;
    let position = this.oldPosition;
    let left = count;
    while (left > 0) {
      const some = Math.min(left, old.load(position));
      const from = position - old.start;
      for (let at = from; at < from + some; at++) out[to++] = block[at] as number;
      position += some;
      left -= some;
    }
  }

  /** Up to a zero, which begins a run. */
  private addDiff(bytes: Uint8Array, at: number, end: number): number {
    const { old, out } = this;
    const room = OUT_BYTES - (this.newPosition % OUT_BYTES);
    const some = Math.min(end - at, this.copyLeft, room, old.load(this.oldPosition));
    const from = this.oldPosition - old.start;
    const to = this.waiting;
    let count = 0;
    let difference = bytes[at] as number;
    while (count < some && difference !== 0) {
      out[to + count] = (old.block[from + count] as number) + difference;
      count += 1;
      difference = bytes[at + count] as number;
    }
    this.copyLeft -= count;
    this.oldPosition += count;
    if (count < some) this.state = ZERO_COUNT;
    else if (this.copyLeft === 0) this.state = this.afterCopy();
    this.made(count);
    return at + count + (count < some ? 1 : 0);
  }

  private addExtra(bytes: Uint8Array, at: number, end: number): number {
    const { out } = this;
    const room = OUT_BYTES - (this.newPosition % OUT_BYTES);
    const stop = at + Math.min(end - at, this.extraLeft, room);
    let to = this.waiting;
    for (let from = at; from < stop; from++) out[to++] = bytes[from] as number;
    this.extraLeft -= stop - at;
    if (this.extraLeft === 0) this.state = SEEK;
    this.made(stop - at);
    return stop;
  }

  /** Seven bits a byte, lowest first, the top bit says that more follow. */
  private readNumber(bytes: Uint8Array, at: number): number {
    const byte = bytes[at] as number;
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
