// How far a number has come. Numbers, because they are compared for each byte.
const start = 0;
const sign = 1;
const zero = 2;
const integer = 3;
const point = 4;
const fraction = 5;
const exponent = 6;
const exponentSign = 7;
const exponentDigit = 8;
const ended = 9;
const broken = 10;

/** A JSON number (RFC 8259, 6), in any pieces. */
export class JsonNumber {
  private step = broken;

  begin(byte: number): void {
    this.step = nextStep(start, byte);
  }

  /** A byte that belongs to no number has come. */
  isEnded(): boolean {
    return this.step === ended;
  }

  isBroken(): boolean {
    return this.step === broken;
  }

  /** Whether the number may end behind what came. */
  isWhole(): boolean {
    const { step } = this;
    return step === zero || step === integer || step === fraction || step === exponentDigit;
  }

  /** @returns the index behind what belongs to the number */
  take(bytes: Uint8Array, from: number, to: number): number {
    let { step } = this;
    let index = from;
    while (index < to) {
      step = nextStep(step, bytes[index] as number);
      if (step >= ended) break;
      index += 1;
    }
    this.step = step;
    return index;
  }
}

function nextStep(step: number, byte: number): number {
  const isDigit = byte >= 0x30 && byte <= 0x39;
  switch (step) {
    case start:
      if (byte === 0x2d) return sign;
      return isDigit ? firstDigit(byte) : broken;
    case sign:
      return isDigit ? firstDigit(byte) : broken;
    case zero:
      return stepAfterInteger(byte);
    case integer:
      return isDigit ? integer : stepAfterInteger(byte);
    case point:
      return isDigit ? fraction : broken;
    case fraction:
      if (isDigit) return fraction;
      return isExponent(byte) ? exponent : ended;
    case exponent:
      if (byte === 0x2b || byte === 0x2d) return exponentSign;
      return isDigit ? exponentDigit : broken;
    case exponentSign:
      return isDigit ? exponentDigit : broken;
    default:
      return isDigit ? exponentDigit : ended;
  }
}

/** Behind a zero no other digit may stand. */
function firstDigit(byte: number): number {
  return byte === 0x30 ? zero : integer;
}

function stepAfterInteger(byte: number): number {
  if (byte === 0x2e) return point;
  return isExponent(byte) ? exponent : ended;
}

function isExponent(byte: number): boolean {
  return byte === 0x65 || byte === 0x45;
}
