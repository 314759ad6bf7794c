// How far a number has come. Numbers, because they are compared for each byte.
export const numberStart = 0;
const sign = 1;
const zero = 2;
const integer = 3;
const point = 4;
const fraction = 5;
const exponent = 6;
const exponentSign = 7;
const exponentDigit = 8;
/** A byte has come that belongs to no number. */
export const numberEnded = 9;
export const numberBroken = 10;

/** How far a JSON number (RFC 8259, 6) is with its next byte. */
export function nextNumberStep(step: number, byte: number): number {
  const isDigit = byte >= 0x30 && byte <= 0x39;
  switch (step) {
    case numberStart:
      if (byte === 0x2d) return sign;
      break;
    case sign:
      break;
    case zero:
      return stepAfterDigits(step, byte);
    case integer:
    case fraction:
      return isDigit ? step : stepAfterDigits(step, byte);
    case point:
      return isDigit ? fraction : numberBroken;
    case exponent:
      if (byte === 0x2b || byte === 0x2d) return exponentSign;
      return isDigit ? exponentDigit : numberBroken;
    case exponentSign:
      return isDigit ? exponentDigit : numberBroken;
    default:
      return isDigit ? exponentDigit : numberEnded;
  }
  if (!isDigit) return numberBroken;
  // Behind a zero no other digit may stand.
  return byte === 0x30 ? zero : integer;
}

function stepAfterDigits(step: number, byte: number): number {
  if (byte === 0x2e && step !== fraction) return point;
  return byte === 0x65 || byte === 0x45 ? exponent : numberEnded;
}

/** Whether a number may end there. */
export function isWholeNumber(step: number): boolean {
  return step === zero || step === integer || step === fraction || step === exponentDigit;
}
