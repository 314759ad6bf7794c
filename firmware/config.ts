import { assert } from "./assert.ts";

/**
 * Every limit and size of the client, in one place, with its unit (in the name) and its reason.
 * Relations between them are asserted below, on load.
 */
export const config = Object.freeze({
  /** Largest erase block the page buffer is made for: nRF 4096, some external NOR 8192. */
  pageMaxBytes: 8192,
  /**
   * Largest slot in pages: an ESP32's has 488; the bitmap is 64 B. Beyond 128 pages MCUboot's
   * BOOT_MAX_IMG_SECTORS, whose default is 128, has to be the number of pages, and the trailer grows
   * with it (slot/layout.ts).
   */
  slotMaxPages: 512,

  /** One receive buffer, shared by every read of the download. */
  receiveBytes: 1024,
  /**
   * Body bytes asked for per Range request. Each costs a round trip and about 2.7 KB of heads (a
   * presigned S3 URL): 1 % of the bytes and, at 300 kbit/s and 200 ms, 4 % of the time.
   */
  rangeBytes: 262_144,
  /** One HTTP header line that the client has to understand (Location holds a whole URL). */
  headerLineMaxBytes: 2560,
  /** All of one response head; beyond it the server is not one we want to talk to. */
  headerMaxBytes: 8192,
  /** A presigned S3 URL with a session token is about 1,700 bytes. */
  urlMaxBytes: 2048,
  etagMaxBytes: 72,
  /** Redirects in a row. */
  redirectMax: 3,
  /**
   * Redirects of one download, each a TLS handshake. An honest server needs one at the start, one
   * where what it led to has expired (60 in 5 hours if that is good for 5 minutes), and one after
   * each attempt that brought no byte.
   */
  redirectTotalMax: 128,
  /** Attempts in a row that bring not one new byte, or too few, before the job fails. */
  downloadAttemptMax: 8,
  /**
   * Connections lost and requests refused in one download, those that brought bytes too: so many,
   * and one more for every `downloadFailureBytes` of the file. A link that drops has to carry 1 KB
   * on average; less costs more for TLS handshakes (5 KB each) than five downloads in one piece.
   */
  downloadFailureMax: 128,
  downloadFailureBytes: 1024,
  /**
   * What a complete answer has to bring of `rangeBytes`, or all that is left of the file: 4 KB of
   * 256 KB. A server may answer a part of what was asked for (RFC 9110, 15.3.7); one that makes
   * parts of a few bytes costs a round trip for each. A link that drops is not held to this.
   */
  partMinShare: 1 / 64,
  /** Fresh URLs asked for in a row (403: the presigned one expired) without a new byte. */
  freshUrlMax: 7,
  /** Times the file may begin again from byte 0 (it changed, or cannot be resumed): slot wear. */
  restartMax: 3,
  /**
   * No byte of the file server, or no answer of the broker or the Jobs service, for this long: the
   * connection is taken for dead, or the request for lost. NB-IoT has round trips of 10 s and more
   * at the edge of its coverage, and one segment may be lost on the way: twice 10 s, and its
   * retransmission after a time-out that has doubled twice. A setting, as is the next.
   */
  answerTimeoutMs: 60_000,
  /**
   * Name, TCP and TLS 1.2 are five round trips: 50 s at 10 s each, 60 s were seen, and as much again
   * for what is lost.
   */
  connectTimeoutMs: 120_000,
  /**
   * Fewer body bytes than this in each `rateWindowMs` of a connection: the server trickles. That is
   * 17 B/s; NB-IoT brings 2,500 B/s (20 kbit/s), and 40 at the very edge of its coverage.
   */
  rateMinBytes: 2048,
  rateWindowMs: 120_000,
  /**
   * One download, while a server is reached. 2 MB of slot are 5.9 MB of HEX: 40 minutes at 2,500
   * B/s; with each byte a record of its own, 31 MB: 3.5 hours. Time in which no connection comes up,
   * or the server has us wait, is not counted. Counted since the boot: a reset begins anew.
   */
  downloadMaxMs: 24 * 3_600_000,
  /** First wait after a failed attempt; doubles, with jitter, up to `backoffMaxMs`. */
  backoffMinMs: 1_000,
  backoffMaxMs: 120_000,
  /** After an odd answer: it is either a mishap, which is over soon, or there to stay. */
  oddBackoffMaxMs: 8_000,
  /**
   * While no connection comes up, or the server is busy: each try is a TLS handshake of 5 KB, and a
   * fleet of 10,000 that waits for one server meets it again at 50 a second.
   */
  unreachedBackoffMaxMs: 300_000,
  /**
   * Waits for a server that is reached and cannot now, or does not answer (Retry-After, 429, 503), all
   * of one download: 12 hours. No attempt counts until they are used up.
   */
  retryAfterTotalMaxMs: 12 * 3_600_000,
  /** What one of these waits costs at least, so that there are at most 720. */
  retryAfterChargeMs: 60_000,

  /** AWS IoT allows up to 1,200 s; 240 s outlives the usual NAT binding of LTE-M networks. */
  mqttKeepAliveS: 240,
  /** Longest packet read, in pieces; AWS IoT takes payloads of at most 128 KB. */
  mqttPacketMaxBytes: 262_144,
  /**
   * The output queue: it holds the longest packet out, 1,381 bytes, and an eighth of acknowledgements.
   * That is an update with a detail that is all quotes, of a thing and a job with the longest names
   * (job/longest-update.test.ts).
   */
  mqttOutputBytes: 2048,
  /** QoS 1 publishes under way at once. */
  mqttInFlightMax: 4,
  /** AWS IoT takes at most 8 topics in one SUBSCRIBE. */
  mqttSubscriptionMax: 8,

  jobIdMaxBytes: 64,
  /** AWS IoT: a statusDetails value is 1 to 1,024 characters; ours stays on one line. */
  detailMaxChars: 200,
  /** AWS IoT takes at most 10 statusDetails pairs. */
  detailMax: 10,
  /** Deepest nesting of a message, a bit of memory each; ours have a depth of 4. */
  jsonDepthMax: 32,
  /** Public keys that an image may trust at once: the one in use, the next, and two to spare. */
  trustAnchorMax: 4,
  keyIdMaxChars: 32,
  /** ECDSA P-256 in DER: two integers of at most 33 bytes, each with a head, in a sequence. */
  signatureMaxBytes: 72,
  /** MCUboot's security counter has 32 bits. */
  securityCounterMax: 0xffffffff,
  /** Seconds since 1970 in 32 bits: 2106. */
  expiresMax: 0xffffffff,
  /** Resets in a row without any progress under one job. */
  fruitlessResetMax: 3,
  /** Wait after a job that FAILED, before the next is taken; doubles with each in a row. */
  failedJobWaitMinMs: 1_000,
  failedJobWaitMaxMs: 3_600_000,
  /**
   * A fleet of 10,000 back at the broker, at the Jobs service and at the file server within two
   * minutes, 83 a second: AWS's Jobs take 200 (docs/scale.md).
   */
  startDelayMaxMs: 120_000,
  /** A start that lives so long without the cloud has no coverage; it has not crashed. */
  crashWindowMs: 600_000,
  /** Longest text in a job document: filename, version, hardware, minVersion. */
  documentTextMaxChars: 128,
  /**
   * One line of the log: a job's id, a failure's code and a detail of `detailMaxChars`; what a
   * server says beyond that must not flood a serial console.
   */
  logLineMaxChars: 320,
  /** Progress goes to the job at most this often. */
  progressIntervalMs: 10_000,

  /** The new image must confirm within this, or it resets and the bootloader reverts. */
  selfTestDeadlineMs: 300_000,
  /** From the request for a swap to the reset, so that what was last told to the job gets out. */
  resetDelayMs: 1_000,
  /** Asked for with progress where a step timer runs: longer than a download can be silent. */
  stepTimeoutMinutes: 60,
  /** Progress is told again after this much silence where a step timer runs. */
  heartbeatIntervalMs: 900_000,
  /** Pause between two looks at a gate that holds the job. */
  gateIntervalMs: 60_000,

  /** NVS on Zephyr takes values up to a sector; ours are far below. */
  storeValueMaxBytes: 1024,
});

assert(config.headerLineMaxBytes >= config.urlMaxBytes + 64, "a Location line must fit a URL");
assert(config.headerMaxBytes >= config.headerLineMaxBytes, "a head must fit its longest line");
assert(config.rangeBytes >= config.receiveBytes, "a range must fill the receive buffer");
assert(config.backoffMaxMs >= config.backoffMinMs, "back-off must not shrink");
assert(config.redirectTotalMax >= config.redirectMax, "a download has all redirects of a request");
assert(config.downloadFailureMax >= config.downloadAttemptMax, "a download has all its attempts");
assert(
  config.retryAfterTotalMaxMs >= config.downloadAttemptMax * config.backoffMaxMs,
  "a busy server has all attempts",
);
assert(config.rateWindowMs > config.answerTimeoutMs, "silence is noticed before a trickle");
assert(config.retryAfterTotalMaxMs < 2 ** 31, "an alarm must reach the end of a wait");
assert(config.downloadMaxMs < 2 ** 31, "an alarm must reach the end of a download");
assert(
  config.heartbeatIntervalMs * 2 <= config.stepTimeoutMinutes * 60_000,
  "a lost sign of life must not end the job",
);
assert(
  config.logLineMaxChars >= config.jobIdMaxBytes + config.detailMaxChars + 32,
  "a line must fit what a job is told",
);
assert(config.mqttKeepAliveS <= 1200, "AWS IoT refuses a keep-alive above 1,200 s");
