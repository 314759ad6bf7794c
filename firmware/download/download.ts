import { assert } from "../assert.ts";
import { config } from "../config.ts";
import { Deadline } from "../deadline.ts";
import { attempt, Failure, isOfContent } from "../failure.ts";
import { usualLinkTimes } from "../link-times.ts";
import type { FileLocation } from "../url.ts";
import { Budget, type FailedAttempt } from "./budget.ts";
import { Connection, type Reach } from "./connection.ts";
import type { DownloadCounters, DownloadOptions } from "./download-options.ts";
import { unknown } from "./header-values.ts";
import { Lifetime } from "./lifetime.ts";
import { OddAnswer } from "./odd-answer.ts";
import { PartialFile } from "./partial-file.ts";
import { Probe } from "./probe.ts";
import { formatProbe, formatRequest, isPresigned } from "./request.ts";
import type { ResponseHead } from "./response-head.ts";
import { Route } from "./route.ts";
import { isBusy, type Reaction, reactionTo } from "./status.ts";

/**
 * - `new`: not started;
 * - `waiting`: the next attempt is due when the pause ends;
 * - `exchanging`: a connection is being made or in use;
 * - `needs-url`: the owner was asked for a fresh URL, or will be when the pause ends;
 * - `ended`: done, failed or stopped.
 */
type Phase = "new" | "waiting" | "exchanging" | "needs-url" | "ended";

interface Loss {
  readonly reason: string;
  readonly reach: Reach;
  /** With so many bytes the connection was worth its while. */
  readonly progressBytes: number;
}

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
  /** What came turned out no good once, and might have been of two files. */
  private hasDoubted = false;

  private connections = 0;
  private requests = 0;
  private resumes = 0;

  constructor(options: DownloadOptions) {
    const { size, from, etag, rangeBytes = config.rangeBytes, isVouched } = options;
    this.options = options;
    this.file = new PartialFile({ size, from, etag, rangeBytes, isVouched });
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
    this.connectAfter(0);
  }

  /** The answer to `onUrlExpired`, from inside it or later. Harmless after the end. */
  useFile(file: FileLocation): void {
    if (this.hasEnded()) return;
    assert(this.phase === "needs-url", "a URL that nobody asked for");
    this.route.replace(file);
    this.connectAfter(0);
  }

  /**
   * After `onDone`: what came is no good. If it might have been of two files it comes again, once,
   * `onRestart` first.
   * @returns whether it does
   */
  reject(failure: Failure): boolean {
    assert(this.phase === "ended", "rejected when it is done");
    if (!this.isInDoubt(failure)) return false;
    this.phase = "waiting";
    this.doubt(failure);
    return true;
  }

  /** The bytes of an `onBytes` that said false are not needed any more. Harmless after the end. */
  resume(): void {
    if (!this.hasEnded()) this.connection.resume();
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
      times: this.options.times ?? usualLinkTimes,
      buffer: this.options.buffer ?? new Uint8Array(config.receiveBytes),
      events: {
        onConnected: () => {
          this.lifetime.run();
          this.ask();
        },
        onHead: (head) => this.takeHead(head),
        onBody: (bytes, length) => this.takeBody(bytes, length),
        onBodyEnd: () => this.endBody(),
        onLost: (reason, reach) => this.lost({ reason, reach, progressBytes: 1 }),
        onTooSlow: () =>
          this.lost({ reason: "too slow", reach: "body", progressBytes: config.rateMinBytes }),
        onFailed: (failure) => this.spoilt(failure),
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
      this.restart(exhausted("no validator to resume with"));
      if (this.hasEnded()) return;
    }
    this.route.check();
    if (this.resuming && this.file.position > 0) this.resumes += 1;
    this.resuming = false;
    this.connections += 1;
    this.phase = "exchanging";
    this.options.log(`download: ${this.route.target.host} from byte ${this.file.position}`);
    this.lifetime.pause();
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
    const reaction = this.reactionTo(head.status);
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
        this.startOver(exhausted("range not satisfiable"));
        break;
      case "later":
        this.refuse(head, exhausted(`status ${head.status}`));
        break;
      case "missing":
        this.refuse(head, new OddAnswer("FILE_NOT_FOUND", this.said(head)));
        break;
      case "refused":
        this.refuse(head, new OddAnswer("HTTP_STATUS", this.said(head)));
    }
  }

  /** S3 says 400 (ExpiredToken) where the session that a URL was signed in has ended. */
  private reactionTo(status: number): Reaction {
    const isExpired = status === 400 && isPresigned(this.route.target.path);
    return isExpired ? "denied" : reactionTo(status);
  }

  /** Where the server says when to come again, and where it is only busy, it is waited for. */
  private refuse(head: ResponseHead, failure: Failure): void {
    if (isBusy(head.status) || head.retryAfterMs > 0) this.bePatient(failure, head.retryAfterMs);
    else this.retry({ failure, progressBytes: 1 });
  }

  /** Whatever is wrong with the answer to the HEAD, the GET that follows will show it. */
  private takeProbe(head: ResponseHead): void {
    const isGood = head.fault === undefined && reactionTo(head.status) === "whole";
    if (isGood) this.probe.take(head);
    if (isGood && head.keepsAlive) this.ask();
    else this.reconnect();
  }

  private takePart(head: ResponseHead): void {
    checkSound(head);
    if (this.file.beginPart(head)) this.expectBody(head);
    else this.startOver(exhausted("another validator"));
  }

  /** The server ignores ranges, or the file is no longer the one that If-Range said. */
  private takeWhole(head: ResponseHead): void {
    checkSound(head);
    if (!this.file.beginWhole(head)) {
      this.restart(exhausted("status 200 to a range"));
      if (this.hasEnded()) return;
      this.file.beginWhole(head);
    }
    this.expectBody(head);
  }

  private follow(head: ResponseHead): void {
    checkSound(head);
    this.route.follow(head.location);
    this.probe.redirected();
    this.reconnect();
  }

  private renewUrl(head: ResponseHead): void {
    const delayMs = this.budget.spendUrl(this.said(head));
    this.resuming = true;
    if (this.route.isRedirected()) {
      // What a redirect led to has expired; the original hands out a fresh one.
      this.route.restart();
      this.reconnect();
      return;
    }
    this.connection.close();
    this.options.log(`download: ${this.said(head)}, a fresh URL is needed`);
    this.phase = "needs-url";
    if (delayMs === 0) this.askForUrl();
    else this.pause.start(delayMs, () => this.askForUrl());
  }

  private askForUrl(): void {
    this.lifetime.pause();
    this.options.events.onUrlExpired();
  }

  private expectBody(head: ResponseHead): void {
    this.route.arrived();
    // Without a length the connection ends with the body.
    this.keepsAlive = head.keepsAlive && (head.chunked || head.contentLength !== unknown);
    if (this.file.position === 0) {
      this.options.events.onValidator(this.file.identify(head), this.probe.crc32Of(head));
    }
    if (!this.hasEnded()) this.connection.expectBody(this.file.bodyBytes());
  }

  private takeBody(bytes: Uint8Array, length: number): boolean {
    const skipped = this.file.skip(length);
    const count = length - skipped;
    if (count === 0) return true;
    const offset = this.file.advance(count);
    if (skipped > 0) bytes.copyWithin(0, skipped, length);
    this.budget.noteBytes(count);
    return this.options.events.onBytes(bytes, count, offset);
  }

  private endBody(): void {
    const file = this.file;
    if (file.isComplete()) this.finish();
    else if (file.endsEarly() || file.isTooShort()) {
      // What came is kept, but a server that goes on like this has no more than its attempts.
      this.retry({ failure: exhausted("body too short"), progressBytes: file.partMinBytes });
    } else if (this.keepsAlive) this.ask();
    else this.reconnect();
  }

  private lost({ reason, reach, progressBytes }: Loss): void {
    attempt(
      () => {
        // A chunked body may be cut between its last byte and its end.
        if (this.file.isComplete()) this.finish();
        else if (reach === "none") this.waitForCoverage(reason);
        else if (reach === "silence" && !this.budget.hasProgress()) {
          this.bePatient(exhausted(reason), 0);
        } else this.retry({ failure: exhausted(reason), progressBytes });
      },
      (failure) => this.fail(failure),
    );
  }

  /** No connection came up: the link is to blame, and nothing is counted. */
  private waitForCoverage(reason: string): void {
    this.giveUpAttempt(reason);
    this.route.restart();
    this.connectAfter(this.budget.spendUnreached());
  }

  /** The server cannot now: that costs no attempt. */
  private bePatient(failure: Failure, askedMs: number): void {
    this.giveUpAttempt(failure.detail);
    const delayMs = this.budget.spendPatience(failure, askedMs);
    this.lifetime.pause();
    this.route.restart();
    this.connectAfter(delayMs);
  }

  /** The attempt has failed: another one after a pause. */
  private retry(failed: FailedAttempt): void {
    this.giveUpAttempt(failed.failure.detail);
    const delayMs = this.budget.spendAttempt(failed);
    // What a redirect led to may be what is wrong.
    if (this.budget.attempts > 0 || failed.failure instanceof OddAnswer) this.route.restart();
    this.connectAfter(delayMs);
  }

  private giveUpAttempt(why: string): void {
    this.connection.close();
    this.resuming = true;
    this.options.log(`download: ${why} at byte ${this.file.position}`);
  }

  /** The answer is no good, or the owner finds that what it brought is not. */
  private spoilt(failure: Failure): void {
    attempt(
      () => {
        if (failure instanceof OddAnswer) this.takeOdd(failure);
        else if (this.isInDoubt(failure)) this.doubt(failure);
        else throw failure;
      },
      (last) => this.fail(last),
    );
  }

  private takeOdd(failure: OddAnswer): void {
    if (failure.code === "FILE_LENGTH" && this.file.isTainted()) this.startOver(failure);
    else this.retry({ failure, progressBytes: this.file.partMinBytes });
  }

  private isInDoubt({ code }: Failure): boolean {
    return this.file.isDoubtful && !this.hasDoubted && isOfContent(code);
  }

  private doubt(failure: Failure): void {
    this.hasDoubted = true;
    this.file.distrust();
    this.startOver(failure);
  }

  /** As `retry`, and what came so far is given up. */
  private startOver(failure: Failure): void {
    this.connection.close();
    this.restart(failure);
    if (!this.hasEnded()) this.retry({ failure, progressBytes: 1 });
  }

  /** The owner may stop the download in here. */
  private restart(failure: Failure): void {
    this.budget.spendRestart(failure);
    this.options.log(`download: ${failure.detail}, from byte 0 again`);
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

/** The status was good: now what the head says of the body. */
function checkSound({ fault }: ResponseHead): void {
  if (fault !== undefined) throw fault;
}

function overdue(): Failure {
  return exhausted(`not done within ${config.downloadMaxMs / 3_600_000} h`);
}

function exhausted(detail: string): Failure {
  return new Failure("DOWNLOAD_EXHAUSTED", detail);
}
