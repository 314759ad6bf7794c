import { Failure } from "../../firmware/failure.ts";
import { HexParser, type StartAddress } from "../../firmware/hex/parser.ts";
import { UsageError } from "../command-line/usage-error.ts";

/** Bytes without a gap. */
export interface Segment {
  readonly address: number;
  readonly bytes: Uint8Array;
}

export interface HexFile {
  /** By address, none empty; what touches is one. */
  readonly segments: readonly Segment[];
  /** Data bytes of the longest record. */
  readonly longestRecord: number;
  readonly startAddress: StartAddress | undefined;
}

/**
 * What a HEX file holds, read by the tracker's own parser, so that it says what a tracker would.
 * @throws UsageError with line, byte and code
 */
export function readHexFile(name: string, text: Uint8Array): HexFile {
  const pieces: Segment[] = [];
  let longestRecord = 0;
  const parser = new HexParser((address, bytes, length) => {
    pieces.push({ address, bytes: bytes.slice(0, length) });
    longestRecord = Math.max(longestRecord, length);
  });
  try {
    parser.push(text, text.length);
    parser.end();
    const { startAddress } = parser;
    return { segments: joined(pieces), longestRecord, startAddress };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new UsageError(`${name}: ${error.detail} (${error.code})`);
  }
}

/** All of it from the lowest address (the first one's) to the highest, gaps 0xFF. */
export function flattened(segments: readonly Segment[]): Segment {
  const address = segments[0]?.address ?? 0;
  const end = segments.reduce((most, segment) => Math.max(most, endOf(segment)), address);
  const bytes = new Uint8Array(end - address).fill(0xff);
  for (const segment of segments) bytes.set(segment.bytes, segment.address - address);
  return { address, bytes };
}

function joined(pieces: readonly Segment[]): Segment[] {
  const sorted = [...pieces].sort((one, other) => one.address - other.address);
  const runs: Segment[][] = [];
  let end = -1;
  for (const piece of sorted) {
    if (piece.address > end) runs.push([]);
    runs.at(-1)?.push(piece);
    end = Math.max(end, endOf(piece));
  }
  return runs.map(joinedRun);
}

/** Two records for one address may say the same. */
function joinedRun(run: readonly Segment[]): Segment {
  const joint = flattened(run);
  for (const piece of run) {
    const at = piece.address - joint.address;
    const given = joint.bytes.subarray(at, at + piece.bytes.length);
    // The last one was set; whoever came before it and differs is seen here.
    if (Buffer.compare(given, piece.bytes) !== 0) throw overlap(piece.address);
  }
  return joint;
}

function endOf({ address, bytes }: Segment): number {
  return address + bytes.length;
}

function overlap(address: number): Failure {
  const said = `two records give address 0x${address.toString(16)} different bytes`;
  return new Failure("SLOT_OVERLAP", said);
}
