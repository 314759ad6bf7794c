import type { Alarm, Clock } from "../ports/clock.ts";
import type { SignatureCheck } from "../ports/signature.ts";
import type { Trust, TrustedKey } from "./trust.ts";

export interface SignatureRunOptions {
  readonly clock: Clock;
  readonly trust: Trust;
  /** Those that may have signed it, tried in this order. */
  readonly keys: readonly TrustedKey[];
  /** SHA-256, 32 bytes. */
  readonly digest: Uint8Array;
  /** r and s, 64 bytes. */
  readonly signature: Uint8Array;
  /** @param id of the key that signed it; undefined if none did */
  readonly onVerdict: (id: string | undefined) => void;
}

/** The check of one signature, a slice a turn, so that keep-alive and the watchdog get theirs. */
export class SignatureRun {
  private readonly options: SignatureRunOptions;
  private keyIndex = 0;
  private check: SignatureCheck | undefined;
  private nextStep: Alarm | undefined;

  constructor(options: SignatureRunOptions) {
    this.options = options;
  }

  /** `onVerdict` comes later, once, unless it is stopped. */
  start(): void {
    this.nextStep = this.options.clock.alarm(0, () => this.step());
  }

  stop(): void {
    this.nextStep?.cancel();
  }

  private step(): void {
    const { trust, keys, digest, signature, onVerdict } = this.options;
    const candidate = keys[this.keyIndex];
    if (candidate === undefined || trust.verifier === undefined) {
      onVerdict(undefined);
      return;
    }
    this.check ??= trust.verifier.begin({ key: candidate.key, digest, signature });
    const verdict = this.check.step();
    if (verdict === "good") {
      onVerdict(candidate.id);
      return;
    }
    if (verdict === "bad") {
      this.check = undefined;
      this.keyIndex += 1;
    }
    this.start();
  }
}
