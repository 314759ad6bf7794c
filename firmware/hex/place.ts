import { Failure, type FailureCode } from "../failure.ts";

/** Where in the file the parser is, for resuming and for failures. */
export class Place {
  /** File offset in bytes of the record being parsed, or of the last one. */
  recordOffset: number;
  /** 1-based. */
  line: number;

  constructor(recordOffset: number, lineNumber: number) {
    this.recordOffset = recordOffset;
    this.line = lineNumber;
  }

  /** @param offset file offset in bytes of what is wrong */
  fail(code: FailureCode, offset: number, said: string): never {
    throw new Failure(code, `line ${this.line}, byte ${offset}: ${said}`);
  }

  /** The same, for a fault of the record as a whole. */
  failRecord(code: FailureCode, said: string): never {
    this.fail(code, this.recordOffset, said);
  }
}

/** Two digits, as in the file: `0a`. */
export function hexByte(value: number): string {
  return (value + 0x100).toString(16).slice(1);
}
