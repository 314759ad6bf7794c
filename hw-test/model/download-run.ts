import assert from "node:assert/strict";
import { Download } from "../../firmware/download/download.ts";
import type { DownloadOptions } from "../../firmware/download/download-options.ts";
import { Failure } from "../../firmware/failure.ts";
import type { LinkTimes } from "../../firmware/link-times.ts";
import type { FileLocation } from "../../firmware/url.ts";
import { type HttpReply, type HttpRequest, HttpServer } from "./http-server.ts";
import { VirtualClock } from "./virtual-clock.ts";

export const location: FileLocation = { host: "files.example", port: 443, path: "/fw/1.0.1.hex" };

export interface DownloadRunOptions {
  readonly handler: (request: HttpRequest) => HttpReply;
  readonly size: number;
  readonly file?: FileLocation | undefined;
  readonly from?: number | undefined;
  readonly etag?: string | undefined;
  readonly rangeBytes?: number | undefined;
  readonly asksChecksum?: boolean | undefined;
  readonly isVouched?: boolean | undefined;
  readonly times?: LinkTimes | undefined;
  readonly bufferBytes?: number | undefined;
  readonly pieceBytes?: (() => number) | undefined;
  readonly grantBytes?: number | undefined;
  readonly connect?: ((index: number) => "accept" | "refuse" | "ignore") | undefined;
  /** How long the sink needs the bytes of a call; below 0, or left out: it is done with them at once. */
  readonly holdMs?: (() => number) | undefined;
  /** Called after each event was noted; may stop the download or throw a Failure. */
  readonly onEvent?: ((run: DownloadRun, event: string) => void) | undefined;
}

/** One download against a scripted server in virtual time, with all that was heard of it. */
export class DownloadRun {
  /** `validator …`, `bytes OFFSET+LENGTH`, `restart`, `url-expired`, `done`, `failed CODE`. */
  readonly events: string[] = [];
  readonly log: string[] = [];
  readonly clock = new VirtualClock();
  readonly server: HttpServer;
  readonly download: Download;
  /** What the sink holds: bytes from `from` on, emptied by a restart. */
  received = new Uint8Array(0);
  failure: Failure | undefined;
  /** Bytes delivered, those of before a restart included. */
  deliveredBytes = 0;
  private from: number;

  private readonly options: DownloadRunOptions;

  constructor(options: DownloadRunOptions) {
    this.options = options;
    this.from = options.from ?? 0;
    const { clock } = this;
    const { handler, pieceBytes, grantBytes, connect } = options;
    this.server = new HttpServer({ clock, handler, pieceBytes, grantBytes, connect });
    this.download = new Download({
      ...this.platform(),
      file: options.file ?? location,
      size: options.size,
      from: this.from,
      etag: options.etag,
      buffer: new Uint8Array(options.bufferBytes ?? 1024),
      rangeBytes: options.rangeBytes,
      asksChecksum: options.asksChecksum,
      isVouched: options.isVouched,
      times: options.times,
      events: this,
    });
  }

  /** Starts it and serves it until nothing more happens. */
  run(): this {
    this.download.start();
    assert.deepEqual(this.events, [], "an event inside start");
    this.server.run();
    return this;
  }

  onValidator(etag: string | undefined, fileCrc32: number | undefined): void {
    this.note(`validator ${etag ?? "-"} ${fileCrc32?.toString(16) ?? "-"}`);
  }

  onBytes(bytes: Uint8Array, length: number, offset: number): boolean {
    assert.equal(offset, this.from + this.received.length, "offset of the next byte");
    assert(length > 0 && length <= bytes.length, `length ${length}`);
    this.received = new Uint8Array(Buffer.concat([this.received, bytes.subarray(0, length)]));
    this.deliveredBytes += length;
    this.note(`bytes ${offset}+${length}`);
    const holdMs = this.options.holdMs?.() ?? -1;
    if (holdMs >= 0) this.hold(bytes, length, holdMs);
    return holdMs < 0;
  }

  private hold(bytes: Uint8Array, length: number, holdMs: number): void {
    const kept = bytes.slice(0, length);
    const told = this.events.length;
    this.clock.alarm(holdMs, () => {
      assert.equal(this.events.length, told, "an event while bytes are held");
      assert.deepEqual(bytes.slice(0, length), kept, "bytes that were held have changed");
      this.download.resume();
    });
  }

  onRestart(): void {
    this.received = new Uint8Array(0);
    this.from = 0;
    this.note("restart");
  }

  onUrlExpired(): void {
    this.note("url-expired");
  }

  onDone(): void {
    this.note("done");
  }

  onFailed(failure: Failure): void {
    assert(failure instanceof Failure);
    this.failure = failure;
    this.note(`failed ${failure.code}`);
  }

  /** All events but the bytes. */
  get story(): string[] {
    return this.events.filter((event) => !event.startsWith("bytes"));
  }

  /** Asserts that nothing is left of it: no open socket, no alarm. */
  assertIdle(): void {
    assert(
      this.server.network.sockets.every((socket) => socket.isClosed),
      "an open socket",
    );
    assert.equal(this.clock.pendingCount, 0, "alarms set");
  }

  private note(event: string): void {
    this.events.push(event);
    this.options.onEvent?.(this, event);
  }

  private platform(): Pick<DownloadOptions, "network" | "clock" | "log" | "random"> {
    return {
      network: this.server.network,
      clock: this.clock,
      log: (line) => this.log.push(line),
      random: () => 0.5,
    };
  }
}
