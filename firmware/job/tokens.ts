/**
 * Client tokens tell the replies to our requests from all others. A prefix drawn at start keeps
 * those of before a reset apart; the width is fixed, so that requests differ little in length.
 */
export class Tokens {
  private readonly prefix: string;
  private count = 0;

  /** @param random uniform in [0, 1) */
  constructor(random: () => number) {
    this.prefix = hexDigits(Math.floor(random() * 0x1_0000_0000));
  }

  /** 17 characters; AWS takes 1 to 64 of `[a-zA-Z0-9-_]`. */
  next(): string {
    this.count = (this.count + 1) % 0x1_0000_0000;
    return `${this.prefix}-${hexDigits(this.count)}`;
  }
}

function hexDigits(value: number): string {
  const digits = value.toString(16);
  return "00000000".slice(digits.length) + digits;
}
