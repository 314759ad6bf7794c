/** 8 digits, as addresses are written in maps: `0x00010000`. */
export function hexNumber(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}

/** With commas between thousands: `1,048,576`. */
export function withCommas(value: number): string {
  return value.toLocaleString("en-US");
}
