import { assert } from "./assert.ts";

/**
 * Every limit and size of the client, in one place, with its unit (in the name) and its reason.
 * Relations between them are asserted below, on load.
 */
export const config = Object.freeze({
  /** Largest erase block the page buffer is made for: nRF 4096, some external NOR 8192. */
  pageMaxBytes: 8192,
  /** Largest slot in pages, MCUboot's default BOOT_MAX_IMG_SECTORS is 128; the bitmap is 32 B. */
  slotMaxPages: 256,

  /** One receive buffer, shared by every read of the download. */
  receiveBytes: 1024,
  /** Body bytes asked for per Range request: bounds what a TLS stack must hold in one go. */
  rangeBytes: 16384,
  /** One HTTP header line that the client has to understand (Location holds a whole URL). */
  headerLineMaxBytes: 2560,
  /** All of one response head; beyond it the server is not one we want to talk to. */
  headerMaxBytes: 8192,
  /** A presigned S3 URL with a session token is about 1,700 bytes. */
  urlMaxBytes: 2048,
  etagMaxBytes: 72,
  redirectMax: 3,
  /** Attempts in a row that bring not one new byte, before the job fails. */
  downloadAttemptMax: 8,
  /** Fresh URLs asked for in a row (403: the presigned one expired) without a new byte. */
  freshUrlMax: 3,
  /** No byte for this long: the connection is taken for dead. */
  stallTimeoutMs: 30_000,
  connectTimeoutMs: 30_000,
  /** First wait after a failed attempt; doubles, with jitter, up to `backoffMaxMs`. */
  backoffMinMs: 1_000,
  backoffMaxMs: 120_000,

  /** AWS IoT allows up to 1,200 s; 240 s outlives the usual NAT binding of LTE-M networks. */
  mqttKeepAliveS: 240,
  /** The broker's answer to CONNECT, SUBSCRIBE, PINGREQ or a QoS 1 PUBLISH. */
  mqttAckTimeoutMs: 20_000,
  /** Largest packet taken in; larger ones are skipped, not buffered. A job document may be 32 KB. */
  mqttPacketMaxBytes: 8192,
  /** QoS 1 publishes under way at once. */
  mqttInFlightMax: 4,

  /** A Jobs request unanswered for this long is sent again. */
  jobReplyTimeoutMs: 20_000,
  jobIdMaxBytes: 64,
  /** AWS IoT: a statusDetails value is 1 to 1,024 characters; ours stays on one line. */
  detailMaxChars: 200,
  /** Progress goes to the job at most this often. */
  progressIntervalMs: 10_000,

  /** The new image must confirm within this, or it resets and the bootloader reverts. */
  selfTestDeadlineMs: 300_000,
  /** Pause between two looks at a gate that holds the job. */
  gateIntervalMs: 60_000,

  /** NVS on Zephyr takes values up to a sector; ours are far below. */
  storeValueMaxBytes: 1024,
});

assert(config.headerLineMaxBytes >= config.urlMaxBytes + 64, "a Location line must fit a URL");
assert(config.headerMaxBytes >= config.headerLineMaxBytes, "a head must fit its longest line");
assert(config.rangeBytes >= config.receiveBytes, "a range must fill the receive buffer");
assert(config.backoffMaxMs >= config.backoffMinMs, "back-off must not shrink");
assert(config.mqttKeepAliveS <= 1200, "AWS IoT refuses a keep-alive above 1,200 s");
