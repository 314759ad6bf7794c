import { Presets, SingleBar } from "cli-progress";

/** Shows how far the download is: a bar on a terminal, a line each 10 % where output is piped. */
export interface ProgressDisplay {
  update(bytes: number): void;
  /** Prints a line without breaking the bar. */
  line(text: string): void;
  stop(): void;
}

export function progressDisplay(totalBytes: number, output: NodeJS.WriteStream): ProgressDisplay {
  return output.isTTY ? new BarDisplay(totalBytes, output) : new LineDisplay(totalBytes, output);
}

class BarDisplay implements ProgressDisplay {
  private readonly bar: SingleBar;
  private readonly output: NodeJS.WriteStream;
  private readonly totalBytes: number;
  private startedMs = 0;
  private shown = false;

  constructor(totalBytes: number, output: NodeJS.WriteStream) {
    this.totalBytes = totalBytes;
    this.output = output;
    const format = "{bar} {percentage} % | {value}/{total} bytes | {rate} kB/s | ETA {eta} s";
    const options = { format, stream: output, hideCursor: true, clearOnComplete: true };
    this.bar = new SingleBar(options, Presets.shades_classic);
  }

  update(bytes: number): void {
    if (!this.shown) this.begin();
    const rate = bytes / Math.max(1, Date.now() - this.startedMs);
    this.bar.update(Math.min(bytes, this.totalBytes), { rate: rate.toFixed(1) });
    if (bytes >= this.totalBytes) this.stop();
  }

  private begin(): void {
    this.shown = true;
    this.startedMs = Date.now();
    this.bar.start(this.totalBytes, 0, { rate: "0" });
  }

  line(text: string): void {
    if (this.shown) this.output.write("\r\x1b[K");
    this.output.write(`${text}\n`);
  }

  stop(): void {
    if (this.shown) this.bar.stop();
    this.shown = false;
  }
}

class LineDisplay implements ProgressDisplay {
  private readonly output: NodeJS.WriteStream;
  private readonly totalBytes: number;
  private tenths = 0;

  constructor(totalBytes: number, output: NodeJS.WriteStream) {
    this.totalBytes = totalBytes;
    this.output = output;
  }

  update(bytes: number): void {
    const tenths = Math.floor((Math.min(bytes, this.totalBytes) * 10) / this.totalBytes);
    if (tenths <= this.tenths) return;
    this.tenths = tenths;
    this.line(`download: ${tenths * 10} % of ${this.totalBytes} bytes`);
  }

  line(text: string): void {
    this.output.write(`${text}\n`);
  }

  stop(): void {}
}
