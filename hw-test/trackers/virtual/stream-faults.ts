import { type Fault, faultsOf } from "./faults.ts";

export type StreamEnd = "drop" | "stall";

interface StreamFault {
  readonly kind: StreamEnd | "corrupt";
  readonly byte: number;
}

/**
 * The drop, stall and corrupt faults, counted over the bytes that connections to the file server
 * bring the tracker, one after another. Each fault happens once.
 */
export class StreamFaults {
  /** Bytes passed so far. */
  passedBytes = 0;
  /** Still to come, by `byte`. */
  private readonly pending: StreamFault[];

  constructor(faults: readonly Fault[]) {
    this.pending = [
      ...faultsOf(faults, "drop"),
      ...faultsOf(faults, "stall"),
      ...faultsOf(faults, "corrupt"),
    ].sort((one, other) => one.byte - other.byte);
  }

  /**
   * Takes what is about to reach the tracker and damages it where a fault says so.
   * @returns the bytes that do reach it, and how the connection ends if a fault ends it there
   */
  pass(bytes: Uint8Array): { bytes: Uint8Array; end: StreamEnd | undefined } {
    const copy = Uint8Array.from(bytes);
    for (let next = this.next(); next !== undefined; next = this.next()) {
      const offset = Math.max(0, next.byte - this.passedBytes);
      if (offset >= copy.byteLength) break;
      this.pending.shift();
      if (next.kind !== "corrupt") {
        this.passedBytes += offset;
        return { bytes: copy.subarray(0, offset), end: next.kind };
      }
      copy[offset] = (copy[offset] ?? 0) ^ 1;
    }
    this.passedBytes += copy.byteLength;
    return { bytes: copy, end: undefined };
  }

  private next(): StreamFault | undefined {
    return this.pending[0];
  }
}
