import { assert } from "../assert.ts";
import { config } from "../config.ts";
import { Deadline } from "../deadline.ts";
import { attempt, Failure } from "../failure.ts";
import type { FileLocation } from "../url.ts";
import { Budget, type FailedAttempt } from "./budget.ts";
import { Connection } from "./connection.ts";
import type { DownloadCounters, DownloadOptions } from "./download-options.ts";
import { Lifetime } from "./lifetime.ts";
import { PartialFile } from "./partial-file.ts";
import { Probe } from "./probe.ts";
import { formatProbe, formatRequest } from "./request.ts";
import type { ResponseHead } from "./response-head.ts";
import { Route } from "./route.ts";
import { reactionTo } from "./status.ts";

/**
 * - `new`: not started;
 * - `waiting`: the next attempt is due when the pause ends;
 * - `exchanging`: a connection is being made or in use;
 * - `needs-url`: the owner was asked for a fresh URL;
 * - `ended`: done, failed or stopped.
 */
type Phase = "new" | "waiting" | "exchanging" | "needs-url" | "ended";

type Retry = Pick<FailedAttempt, "reason"> & Partial<FailedAttempt>;

/**
 * Fetches one file over https in ranges, in order and once, through drops, stalls, expired URLs,
 * redirects and busy servers, within the bounds of `config`.
 *
 * This class decides when to connect, to ask and to end. What it asks for and may take is up to
 * `PartialFile`, where it asks to `Route`, how often it may fail to `Budget`.
 *
 * Costs `config.receiveBytes` unless given a buffer, 128 bytes for headers (2,560 more after a long
 * redirect), and for the time of writing it a request of at most `config.urlMaxBytes` + 512 bytes.
 * Received bytes cost nothing.
 */
export class Download {
  private readonly options: DownloadOptions;
  private readonly connection: Connection;
  private readonly file: PartialFile;
  private readonly route: Route;
  private readonly budget: Budget;
  private readonly probe: Probe;
  private readonly pause: Deadline;
  private readonly lifetime: Lifetime;
  private phase: Phase = "new";
  /** The last attempt failed, and the file may have changed since. */
  private resuming: boolean;
  /** The connection serves another request after the response under way. */
  private keepsAlive = false;

  private connections = 0;
  private requests = 0;
  private resumes = 0;

  constructor(options: DownloadOptions) {
    const { size, from, etag, rangeBytes = config.rangeBytes } = options;
    this.options = options;
    this.file = new PartialFile({ size, from, etag, rangeBytes });
    this.route = new Route(options.file);
    this.budget = new Budget({ size, random: options.random });
    this.probe = new Probe(options.asksChecksum === true);
    this.pause = new Deadline(options.clock);
    this.lifetime = new Lifetime(options.clock, () => this.fail(overdue()));
    this.resuming = from > 0;
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
    this.lifetime.run();
    this.connectAfter(0);
  }

  /** The answer to `onUrlExpired`, from inside it or later. Harmless after the end. */
  useFile(file: FileLocation): void {
    if (this.hasEnded()) return;
    assert(this.phase === "needs-url", "a URL that nobody asked for");
    this.route.replace(file);
    this.lifetime.run();
    this.connectAfter(0);
  }

  /** At once: the socket is closed, and no event follows. */
  stop(): void {
    this.phase = "ended";
    this.pause.cancel();
    this.lifetime.pause();
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
        onLost: (reason) => this.lost(reason, 1),
        onTooSlow: () => this.lost("too slow", config.rateMinBytes),
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
    if (this.file.isComplete()) {
      this.finish();
      return;
    }
    if (this.resuming && !this.file.canResume()) {
      this.restart("no ETag to resume with");
      if (this.hasEnded()) return;
    }
    this.route.check();
    if (this.resuming && this.file.position > 0) this.resumes += 1;
    this.resuming = false;
    this.connections += 1;
    this.phase = "exchanging";
    this.options.log(`download: ${this.route.target.host} from byte ${this.file.position}`);
    this.connection.open(this.route.target);
  }

  /** The same attempt goes on, on another connection. */
  private reconnect(): void {
    this.connection.close();
    this.connect();
  }

  private ask(): void {
    const target = this.route.target;
    this.requests += 1;
    const isProbe = this.file.position === 0 && this.probe.begin(target);
    if (isProbe) this.connection.send(formatProbe(target));
    else this.connection.send(formatRequest(this.file.nextRange(target)));
  }

  /** What each reaction of `status.ts` leads to. */
  private takeHead(head: ResponseHead): void {
    const reaction = reactionTo(head.status);
    if (this.probe.underWay && reaction !== "redirect") {
      this.takeProbe(head);
      return;
    }
    switch (reaction) {
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
        this.file.checkUnsatisfiable(head);
        this.startOver("range not satisfiable");
        break;
      case "later":
        this.retry({ reason: `status ${head.status}`, waitMs: head.retryAfterMs });
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
    if (isGood && head.keepsAlive) this.ask();
    else this.reconnect();
  }

  private takePart(head: ResponseHead): void {
    if (this.file.beginPart(head)) this.expectBody(head);
    else this.startOver("another ETag");
  }

  /** The server ignores ranges, or the file no longer has the ETag that If-Range said. */
  private takeWhole(head: ResponseHead): void {
    this.file.beginWhole(head);
    if (this.file.position > 0) this.restart("status 200 to a range");
    this.expectBody(head);
  }

  private follow(head: ResponseHead): void {
    this.route.follow(head.location);
    this.probe.redirected();
    this.reconnect();
  }

  private renewUrl(head: ResponseHead): void {
    this.budget.spendUrl(this.said(head));
    this.resuming = true;
    if (this.route.isRedirected()) {
      // What a redirect led to has expired; the original hands out a fresh one.
      this.route.restart();
      this.reconnect();
      return;
    }
    this.connection.close();
    this.options.log(`download: ${this.said(head)}, a fresh URL is needed`);
    this.lifetime.pause();
    this.phase = "needs-url";
    this.options.events.onUrlExpired();
  }

  private expectBody(head: ResponseHead): void {
    this.route.arrived();
    this.keepsAlive = head.keepsAlive;
    if (this.file.position === 0 && !this.hasEnded()) {
      this.file.identify(head);
      this.options.events.onValidator(head.etag, this.probe.crc32Of(head));
    }
    if (!this.hasEnded()) this.connection.expectBody();
  }

  private takeBody(bytes: Uint8Array, length: number): void {
    const offset = this.file.advance(length);
    this.budget.noteBytes(length);
    this.options.events.onBytes(bytes, length, offset);
  }

  private endBody(): void {
    const file = this.file;
    if (file.isComplete()) this.finish();
    else if (file.endsEarly() || file.isTooShort()) {
      // What came is kept, but a server that goes on like this has no more than its attempts.
      this.retry({ reason: "body too short", progressBytes: file.partMinBytes });
    } else if (this.keepsAlive) this.ask();
    else this.reconnect();
  }

  /** @param progressBytes with so many bytes the connection was worth its while */
  private lost(reason: string, progressBytes: number): void {
    attempt(
      () => {
        // A chunked body may be cut between its last byte and its end.
        if (this.file.isComplete()) this.finish();
        else this.retry({ reason, progressBytes });
      },
      (failure) => this.fail(failure),
    );
  }

  /** The attempt has failed: another one after a pause. Any byte is progress if nothing is said. */
  private retry({ reason, progressBytes = 1, waitMs = 0 }: Retry): void {
    this.connection.close();
    this.resuming = true;
    this.options.log(`download: ${reason} at byte ${this.file.position}`);
    const delayMs = this.budget.spendAttempt({ reason, progressBytes, waitMs });
    // What a redirect led to may be what is wrong.
    if (this.budget.attempts > 0) this.route.restart();
    this.connectAfter(delayMs);
  }

  /** As `retry`, and what came so far is given up. */
  private startOver(reason: string): void {
    this.connection.close();
    this.restart(reason);
    if (!this.hasEnded()) this.retry({ reason });
  }

  /** The owner may stop the download in here. */
  private restart(reason: string): void {
    this.budget.spendRestart(reason);
    this.options.log(`download: ${reason}, from byte 0 again`);
    this.file.restart();
    this.probe.restart();
    this.options.events.onRestart();
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
    return `${this.route.target.host}: status ${head.status}`;
  }
}

function overdue(): Failure {
  const hours = config.downloadMaxMs / 3_600_000;
  return new Failure("DOWNLOAD_EXHAUSTED", `not done within ${hours} h`);
}
