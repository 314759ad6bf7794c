import { assert } from "../assert.ts";
import { config } from "../config.ts";
import { Deadline } from "../deadline.ts";
import { attempt, Failure } from "../failure.ts";
import { type FileLocation, isUsable } from "../url.ts";
import { Budget } from "./budget.ts";
import { Connection } from "./connection.ts";
import type { DownloadCounters, DownloadOptions } from "./download-options.ts";
import { isEtag, isWeak } from "./etag.ts";
import { Probe } from "./probe.ts";
import { checkPart, checkTotal } from "./range.ts";
import { resolveRedirect } from "./redirect.ts";
import { formatProbe, formatRequest } from "./request.ts";
import type { ResponseHead } from "./response-head.ts";
import { reactionTo } from "./status.ts";

type Phase = "new" | "waiting" | "exchanging" | "needs-url" | "ended";

/**
 * Fetches one file over https in ranges, in order and once, through drops, stalls, expired URLs,
 * redirects and busy servers, within the bounds of `config`.
 *
 * A resumed file is the same file: If-Range where the ETag is strong (RFC 9110, 13.1.5), and every
 * response's ETag compared, weak ones too. Without an ETag nothing is resumed, a lost connection
 * starts the file over: a mix of two files could pass every check of its single records.
 *
 * Costs `config.receiveBytes` unless given a buffer, 128 bytes for headers (2,560 more after a long
 * redirect), and for the time of writing it a request of at most `config.urlMaxBytes` + 512 bytes.
 * Received bytes cost nothing.
 */
export class Download {
  private readonly options: DownloadOptions;
  private readonly rangeBytes: number;
  private readonly connection: Connection;
  private readonly budget: Budget;
  private readonly probe: Probe;
  private readonly pause: Deadline;
  private phase: Phase = "new";

  /** The job's own, and where redirects have led from there. */
  private file: FileLocation;
  private target: FileLocation;
  /** Offset of the next byte to deliver. */
  private position: number;
  private etag: string | undefined;
  /** Last byte that the response under way may bring, inclusive. */
  private last = 0;
  /** The response under way is the whole file, not a range of it. */
  private isWhole = false;
  private keepsAlive = false;
  /** The last attempt failed, and the file may have changed since. */
  private resuming: boolean;

  private connections = 0;
  private requests = 0;
  private resumes = 0;

  constructor(options: DownloadOptions) {
    assert(options.size > 0, "a file has bytes");
    assert(options.from >= 0 && options.from <= options.size, "from within the file");
    this.options = options;
    this.rangeBytes = options.rangeBytes ?? config.rangeBytes;
    this.probe = new Probe(options.asksChecksum === true);
    this.file = options.file;
    this.target = options.file;
    this.position = options.from;
    this.resuming = options.from > 0;
    this.etag = options.etag !== undefined && isEtag(options.etag) ? options.etag : undefined;
    this.budget = new Budget(options.random);
    this.pause = new Deadline(options.clock);
    this.connection = this.newConnection();
  }

  get counters(): DownloadCounters {
    return {
      connections: this.connections,
      requests: this.requests,
      receivedBytes: this.connection.receivedBytes,
      resumes: this.resumes,
      restarts: this.budget.restarts,
    };
  }

  start(): void {
    assert(this.phase === "new", "started once");
    this.connectAfter(0);
  }

  /** The answer to `onUrlExpired`, from inside it or later. Harmless after the end. */
  useFile(file: FileLocation): void {
    if (this.hasEnded()) return;
    assert(this.phase === "needs-url", "a URL that nobody asked for");
    this.file = file;
    this.useOriginal();
    this.connectAfter(0);
  }

  /** At once: the socket is closed, and no event follows. */
  stop(): void {
    this.phase = "ended";
    this.pause.cancel();
    this.connection.close();
  }

  private newConnection(): Connection {
    return new Connection({
      network: this.options.network,
      clock: this.options.clock,
      buffer: this.options.buffer ?? new Uint8Array(config.receiveBytes),
      events: {
        onConnected: () => this.ask(),
        onHead: (head) => this.takeHead(head),
        onBody: (bytes, length) => this.takeBody(bytes, length),
        onBodyEnd: () => this.endBody(),
        onLost: (reason) => this.lost(reason),
        onFailed: (failure) => this.fail(failure),
      },
    });
  }

  private connectAfter(delayMs: number): void {
    this.phase = "waiting";
    this.pause.start(delayMs, () => {
      attempt(
        () => this.connect(),
        (failure) => this.fail(failure),
      );
    });
  }

  private connect(): void {
    if (this.position === this.options.size) {
      this.finish();
      return;
    }
    if (this.resuming && this.position > 0 && this.etag === undefined) {
      this.restart("no ETag to resume with");
      if (this.hasEnded()) return;
    }
    if (!isUsable(this.target)) throw new Failure("LOCATION_UNSUPPORTED", this.target.host);
    if (this.resuming && this.position > 0) this.resumes += 1;
    this.resuming = false;
    this.connections += 1;
    this.phase = "exchanging";
    this.options.log(`download: ${this.target.host} from byte ${this.position}`);
    this.connection.open(this.target);
  }

  private ask(): void {
    this.requests += 1;
    if (this.position === 0 && this.probe.begin(this.target)) {
      this.connection.send(formatProbe(this.target));
    } else {
      this.askForRange();
    }
  }

  private askForRange(): void {
    const first = this.position;
    const last = Math.min(first + this.rangeBytes, this.options.size) - 1;
    const canValidate = first > 0 && this.etag !== undefined && !isWeak(this.etag);
    const ifRange = canValidate ? this.etag : undefined;
    this.last = last;
    this.connection.send(formatRequest({ file: this.target, first, last, ifRange }));
  }

  private takeHead(head: ResponseHead): void {
    if (this.probe.underWay && reactionTo(head.status) !== "redirect") {
      this.takeProbe(head);
      return;
    }
    switch (reactionTo(head.status)) {
      case "part":
        this.takePart(head);
        break;
      case "whole":
        this.takeWhole(head);
        break;
      case "redirect":
        this.follow(head);
        break;
      case "denied":
        this.renewUrl(head);
        break;
      case "unsatisfiable":
        if (head.contentRange !== undefined) {
          checkTotal(head.contentRange.total, this.options.size);
        }
        this.startOver("range not satisfiable");
        break;
      case "later":
        this.retry(`status ${head.status}`, head.retryAfterMs);
        break;
      case "missing":
        throw new Failure("FILE_NOT_FOUND", this.said(head));
      case "refused":
        throw new Failure("HTTP_STATUS", this.said(head));
    }
  }

  /** Whatever is wrong with the answer to the HEAD, the GET that follows will show it. */
  private takeProbe(head: ResponseHead): void {
    const isGood = reactionTo(head.status) === "whole";
    if (isGood) this.probe.take(head);
    if (isGood && head.keepsAlive) {
      this.ask();
    } else {
      this.connection.close();
      this.connect();
    }
  }

  private takePart(head: ResponseHead): void {
    const size = this.options.size;
    const last = checkPart(head, { first: this.position, last: this.last, size });
    if (this.hasChanged(head)) {
      this.startOver("another ETag");
      return;
    }
    this.last = last;
    this.isWhole = false;
    this.accept(head);
  }

  /** The server ignores ranges, or the file no longer has the ETag that If-Range said. */
  private takeWhole(head: ResponseHead): void {
    checkTotal(head.contentLength, this.options.size);
    if (this.position > 0) this.restart("status 200 to a range");
    this.last = this.options.size - 1;
    this.isWhole = true;
    this.accept(head);
  }

  private accept(head: ResponseHead): void {
    this.budget.endRedirects();
    this.keepsAlive = head.keepsAlive;
    if (this.position === 0 && !this.hasEnded()) {
      this.etag = head.etag;
      this.options.events.onValidator(head.etag, this.probe.crc32Of(head));
    }
    if (!this.hasEnded()) this.connection.expectBody();
  }

  private takeBody(bytes: Uint8Array, length: number): void {
    const offset = this.position;
    if (offset + length > this.last + 1) {
      throw new Failure(this.isWhole ? "FILE_LENGTH" : "HTTP_RESPONSE", "body too long");
    }
    this.position += length;
    this.budget.noteBytes();
    this.options.events.onBytes(bytes, length, offset);
  }

  private endBody(): void {
    if (this.position === this.options.size) this.finish();
    else if (this.position <= this.last) this.endEarly();
    else if (this.keepsAlive) this.ask();
    else {
      this.connection.close();
      this.connect();
    }
  }

  /** Only a chunked body can be short and yet complete. */
  private endEarly(): void {
    if (this.isWhole) throw new Failure("FILE_LENGTH", `the file ends at byte ${this.position}`);
    this.retry("body shorter than its range", 0);
  }

  private follow(head: ResponseHead): void {
    this.budget.spendRedirect();
    this.probe.redirected();
    if (head.location === undefined) throw new Failure("HTTP_RESPONSE", "redirect to nowhere");
    this.target = resolveRedirect(this.target, head.location);
    this.connection.close();
    this.connect();
  }

  private renewUrl(head: ResponseHead): void {
    this.budget.spendUrl(this.said(head));
    this.connection.close();
    this.resuming = true;
    if (this.target !== this.file) {
      // What a redirect led to has expired; the original hands out a fresh one.
      this.useOriginal();
      this.connect();
      return;
    }
    this.options.log(`download: ${this.said(head)}, a fresh URL is needed`);
    this.phase = "needs-url";
    this.options.events.onUrlExpired();
  }

  /** A strong ETag went out in If-Range, so a 206 that repeats none vouches for it. */
  private hasChanged(head: ResponseHead): boolean {
    if (this.position === 0 || this.etag === undefined) return false;
    if (head.etag === undefined) return isWeak(this.etag);
    return head.etag !== this.etag;
  }

  private lost(reason: string): void {
    attempt(
      () => {
        // A chunked body may be cut between its last byte and its end.
        if (this.position === this.options.size) this.finish();
        else this.retry(reason, 0);
      },
      (failure) => this.fail(failure),
    );
  }

  /** @param atLeastMs what the server asked for */
  private retry(reason: string, atLeastMs: number): void {
    this.connection.close();
    this.resuming = true;
    this.options.log(`download: ${reason} at byte ${this.position}`);
    const delayMs = this.budget.spendAttempt(reason);
    // What a redirect led to may be what is wrong.
    if (this.budget.attempts > 0) this.useOriginal();
    this.connectAfter(Math.max(delayMs, atLeastMs));
  }

  private startOver(reason: string): void {
    this.connection.close();
    this.restart(reason);
    if (!this.hasEnded()) this.retry(reason, 0);
  }

  private restart(reason: string): void {
    this.budget.spendRestart(reason);
    this.options.log(`download: ${reason}, from byte 0 again`);
    this.position = 0;
    this.etag = undefined;
    this.probe.restart();
    this.options.events.onRestart();
  }

  private useOriginal(): void {
    this.target = this.file;
    this.budget.endRedirects();
  }

  private finish(): void {
    this.stop();
    this.options.events.onDone();
  }

  private fail(failure: Failure): void {
    this.stop();
    this.options.events.onFailed(failure);
  }

  private hasEnded(): boolean {
    return this.phase === "ended";
  }

  private said(head: ResponseHead): string {
    return `${this.target.host}: status ${head.status}`;
  }
}
