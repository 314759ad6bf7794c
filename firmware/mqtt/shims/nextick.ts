/** Stands in for `process-nextick-args`: mqtt-packet needs it only for a stream that has `cork`. */
export function nextTick(): never {
  throw new Error("a stream with cork()");
}
