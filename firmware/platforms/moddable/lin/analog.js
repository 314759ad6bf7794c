// embedded:io/analog: a number of 0 to 1023 in the file analog-PIN of the board's folder, read anew each
// time; full scale if there is no such file.

import FFI from "mc/ffi";

const RESOLUTION = 10;
const FULL_SCALE = 2 ** RESOLUTION - 1;

export default class Analog {
  constructor({ pin }) {
    this.pin = pin;
    this.native = new FFI();
  }
  get resolution() {
    return RESOLUTION;
  }
  read() {
    const value = this.native.tracker_analog_read(this.pin);
    return value < 0 ? FULL_SCALE : Math.min(value, FULL_SCALE);
  }
  close() {}
  get format() {
    return "number";
  }
}
