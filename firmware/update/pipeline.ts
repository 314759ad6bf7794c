import { Failure } from "../failure.ts";
import { HexParser } from "../hex/parser.ts";
import type { Crc32 } from "../ports/checksum.ts";
import type { Flash } from "../ports/flash.ts";
import type { AddressMap } from "../slot/layout.ts";
import { type SlotProgress, SlotWriter } from "../slot/writer.ts";
import { FileCrc } from "./file-crc.ts";
import type { Journal, Progress } from "./journal.ts";

export interface PipelineOptions {
  /** The secondary slot. */
  readonly flash: Flash;
  readonly addresses: AddressMap;
  readonly journal: Journal;
  /** The board's own, if it has one. */
  readonly crc32?: Crc32 | undefined;
  /** Where an earlier run of the same job had come to, or undefined to start from byte 0. */
  readonly from: Progress | undefined;
}

/**
 * Download → HEX → slot: the bytes of one receive buffer go through the parser into the page
 * buffer and to flash before the buffer is used again. Every method may throw a Failure.
 */
export class Pipeline {
  private readonly options: PipelineOptions;
  private parser: HexParser;
  private writer: SlotWriter;
  private fileCrc: FileCrc;
  private etag: string | undefined;
  private serverCrc: number | undefined;

  constructor(options: PipelineOptions) {
    this.options = options;
    const { from } = options;
    this.etag = from?.etag;
    this.serverCrc = from?.serverCrc;
    this.writer = this.newWriter(from?.slot);
    this.parser = this.newParser(from);
    this.fileCrc = this.newFileCrc(from);
  }

  /** What the server says of the file, known before its first byte. */
  identify(etag: string | undefined, serverCrc: number | undefined): void {
    this.etag = etag;
    this.serverCrc = serverCrc;
  }

  /** `bytes[0..length)` lie at `offset` of the HEX file. */
  push(bytes: Uint8Array, length: number, offset: number): void {
    this.fileCrc.begin(bytes, offset);
    try {
      this.parser.push(bytes, length);
    } catch (error) {
      throw this.located(error);
    }
    // A CRC nobody compares would cost as much as the parsing.
    if (this.serverCrc !== undefined) this.fileCrc.end(length, this.parser.recordOffset);
  }

  /** The file changed on the server: everything from byte 0 again. */
  restart(): void {
    this.options.journal.clearProgress();
    this.writer = this.newWriter(undefined);
    this.parser = this.newParser(undefined);
    this.fileCrc = this.newFileCrc(undefined);
  }

  /** All `size` bytes have passed. @returns what is in flash, for the checks that follow */
  finish(): SlotProgress {
    this.parser.end();
    this.writer.finish();
    const { serverCrc } = this;
    const total = this.fileCrc.total();
    if (serverCrc !== undefined && total !== serverCrc) {
      throw new Failure("FILE_CRC", `${total.toString(16)}, expected ${serverCrc.toString(16)}`);
    }
    return this.writer.progress();
  }

  /** The parser's failures say where; the writer's know addresses only. */
  private located(error: unknown): unknown {
    if (!(error instanceof Failure) || error.detail.slice(0, 5) === "line ") return error;
    const { line, offset } = this.parser.position();
    return new Failure(error.code, `line ${line}, byte ${offset}: ${error.detail}`);
  }

  private newWriter(from: SlotProgress | undefined): SlotWriter {
    const { flash, addresses, journal, crc32 } = this.options;
    return new SlotWriter({
      flash,
      addresses,
      crc32,
      from,
      onPageWritten: () => this.save(),
      onPageReopened: () => journal.clearProgress(),
    });
  }

  private newFileCrc(from: Progress | undefined): FileCrc {
    const { crc32 } = this.options;
    return new FileCrc({ offset: from?.hex.offset ?? 0, value: from?.fileCrc ?? 0 }, crc32);
  }

  private newParser(from: Progress | undefined): HexParser {
    return new HexParser(
      (address, bytes, length) => this.writer.write(address, bytes, length),
      from?.hex,
    );
  }

  /** Called after the page's read-back, so that the journal follows the data and never leads it. */
  private save(): void {
    const hex = this.parser.position();
    this.options.journal.saveProgress({
      hex,
      slot: this.writer.progress(),
      fileCrc: this.serverCrc === undefined ? 0 : this.fileCrc.at(hex.offset),
      etag: this.etag,
      serverCrc: this.serverCrc,
    });
  }
}
