/** What differs from tracker to tracker, or from product to product; set when it is provisioned. */
export interface Settings {
  /** AWS IoT thing name, also the MQTT client id: 1 to 128 characters of `[a-zA-Z0-9:_-]`. */
  readonly thingName: string;
  readonly brokerHost: string;
  /** 1 to 65535. */
  readonly brokerPort: number;
  /** Addresses at which the slots start in the HEX file's address space. */
  readonly slotAddresses: { readonly primary: number; readonly secondary: number };
  /** `optional` lets a file without an MCUboot header pass, if something else vouches for it. */
  readonly imageHeader: "required" | "optional";
  /**
   * In an unsigned build: `optional` takes jobs without `sha256`, whose file then only the file
   * server vouches for. A signed build goes by the release statement alone.
   */
  readonly evidence: "required" | "optional";
  readonly allowDowngrade: boolean;
  /** What every job's `hardware` must name; undefined accepts only jobs that name none. */
  readonly hardware: string | undefined;
  /** Time in which a new image must confirm, ms. */
  readonly selfTestDeadlineMs: number;
  /**
   * Longest wait before a job is started that came by a notice, before the first connection after a
   * loss of power, and before a lost connection to the broker is made again, ms: drawn at random up to
   * there, so that a fleet does not come all at once.
   */
  readonly startDelayMaxMs: number;
  /**
   * Starts in a row of the confirmed image, each short and without the cloud, after which the tracker
   * goes back to the former image by itself: 1 to 255; undefined: it never does.
   */
  readonly rollbackAfterStarts: number | undefined;
  /** Longest wait after jobs that FAILED in a row, ms; it doubles up to there with each of them. */
  readonly failedJobWaitMaxMs: number;
  /** Until a connection is made, TLS and all, ms; `config.connectTimeoutMs` if undefined. */
  readonly connectTimeoutMs?: number | undefined;
  /** Silence after which an answer is taken for lost, ms; `config.answerTimeoutMs` if undefined. */
  readonly answerTimeoutMs?: number | undefined;
  /**
   * `report`, also if undefined: the thing's shadow is told which image runs and how the last job ended.
   * Its policy has to allow publishing to `$aws/things/NAME/shadow/update`.
   */
  readonly shadow?: "report" | "off" | undefined;
  /** Update only at or above this charge, 0 to 100 %; undefined for no such gate. */
  readonly batteryMinimum: number | undefined;
}
