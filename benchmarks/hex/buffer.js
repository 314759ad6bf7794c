const values = new Uint8Array(128);
for (let i = 0; i < 16; i++) { const c = "0123456789ABCDEF".charCodeAt(i); values[c] = i; values[c | 0x20] = i; }
class Buffer extends Uint8Array {
  static alloc(n) { return new Buffer(n); }
  static from(text, enc) {
    if (enc !== "hex") throw new Error("only hex");
    const length = text.length >> 1;
    const b = new Buffer(length);
    for (let i = 0, at = 0; i < length; i++) { b[i] = (values[text.charCodeAt(at++)] << 4) | values[text.charCodeAt(at++)]; }
    return b;
  }
  copy(target, at = 0, from = 0, to = this.length) { target.set(from === 0 && to === this.length ? this : this.subarray(from, to), at); }
  slice(a, b) { return this.subarray(a, b); }
}
globalThis.Buffer = Buffer;
