const digits = new Uint8Array(128);
for (const [value, text] of Array.from("0123456789ABCDEF").entries()) {
  digits[text.charCodeAt(0)] = value;
  digits[text.toLowerCase().charCodeAt(0)] = value;
}

/** The part of Node's Buffer that intel-hex uses; natively done there, by table here. */
class HexBuffer extends Uint8Array {
  static alloc(byteCount: number): HexBuffer {
    return new HexBuffer(byteCount);
  }

  static override from(text: unknown): HexBuffer {
    const digitText = String(text);
    const bytes = new HexBuffer(digitText.length >> 1);
    for (let index = 0, at = 0; index < bytes.length; index++) {
      const high = digits[digitText.charCodeAt(at++)] as number;
      bytes[index] = (high << 4) | (digits[digitText.charCodeAt(at++)] as number);
    }
    return bytes;
  }

  copy(target: Uint8Array, targetStart = 0, start = 0, end = this.length): void {
    const whole = start === 0 && end === this.length;
    target.set(whole ? this : this.subarray(start, end), targetStart);
  }
}

Object.assign(globalThis, { Buffer: HexBuffer });
