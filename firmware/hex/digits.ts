/**
 * In the table, for a character that is no hexadecimal digit. So large that one of them, in either
 * digit of any byte, lifts the sum of a record's bytes above what valid digits can reach: the
 * parser tests the sum once and not each digit.
 */
export const NOT_A_DIGIT = 0x20000;

/** 260 bytes of 0xFF: the largest sum of a record's bytes. */
export const RECORD_SUM_MAX = 260 * 0xff;

/** Value of a hexadecimal digit by character code. Costs 1 KB, in ROM where preloaded. */
export const digits: Int32Array = makeTable();

function makeTable(): Int32Array {
  const values = new Int32Array(256).fill(NOT_A_DIGIT);
  for (let value = 0; value < 16; value++) {
    const upper = "0123456789ABCDEF".charCodeAt(value);
    values[upper] = value;
    values[value < 10 ? upper : upper + 0x20] = value;
  }
  return values;
}
