import { Failure } from "../failure.ts";
import { HexParser, type OnData } from "../hex/parser.ts";
import type { Crc32 } from "../ports/checksum.ts";
import { FileCrc } from "./file-crc.ts";
import type { Progress } from "./journal.ts";
import type { FilePlace, Stage } from "./stage.ts";

/** A HEX file, with the CRC-32 of it where the server has told one. */
export class HexStage implements Stage {
  private readonly parser: HexParser;
  private readonly fileCrc: FileCrc;
  private serverCrc: number | undefined;

  /** @param crc32 the board's own, if it has one */
  constructor(write: OnData, from: Progress | undefined, crc32: Crc32 | undefined) {
    const start = { offset: from?.hex?.offset ?? 0, value: from?.fileCrc ?? 0 };
    this.parser = new HexParser(write, from?.hex);
    this.fileCrc = new FileCrc(start, crc32);
    this.serverCrc = from?.serverCrc;
  }

  identify(serverCrc: number | undefined): void {
    this.serverCrc = serverCrc;
  }

  push(bytes: Uint8Array, length: number, offset: number): boolean {
    this.fileCrc.begin(bytes, offset);
    try {
      this.parser.push(bytes, length);
    } catch (error) {
      throw this.located(error);
    }
    // A CRC nobody compares would cost as much as the parsing.
    if (this.serverCrc !== undefined) this.fileCrc.end(length, this.parser.recordOffset);
    return true;
  }

  proceed(): boolean {
    return true;
  }

  end(): void {
    this.parser.end();
    const { serverCrc } = this;
    const total = this.fileCrc.total();
    if (serverCrc !== undefined && total !== serverCrc) {
      throw new Failure("FILE_CRC", `${total.toString(16)}, expected ${serverCrc.toString(16)}`);
    }
  }

  place(): FilePlace {
    const hex = this.parser.position();
    const fileCrc = this.serverCrc === undefined ? 0 : this.fileCrc.at(hex.offset);
    return { hex, patch: undefined, fileCrc };
  }

  /** The parser's failures say where; the writer's know addresses only. */
  private located(error: unknown): unknown {
    if (!(error instanceof Failure) || error.detail.slice(0, 5) === "line ") return error;
    const { line, offset } = this.parser.position();
    return new Failure(error.code, `line ${line}, byte ${offset}: ${error.detail}`);
  }
}
