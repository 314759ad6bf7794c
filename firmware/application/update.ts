import { Failure } from "../failure.ts";
import type { Clock } from "../ports/clock.ts";
import type { SignatureVerifier } from "../ports/signature.ts";
import type { Store } from "../ports/store.ts";
import { parseEcdsaSignature } from "../verify/ecdsa-der.ts";
import { hasLowS } from "../verify/low-s.ts";
import { type ReleaseStatement, releaseBytes } from "../verify/release.ts";
import { isSameBytes } from "../verify/same-bytes.ts";
import type { ApplicationFiles } from "./files.ts";
import { loadState, type Side, saveState } from "./state.ts";

/** A script that is offered: the statement that its maker signed (ECDSA P-256, DER). */
export interface ApplicationOffer {
  readonly release: ReleaseStatement;
  readonly signature: Uint8Array;
}

export interface ApplicationOptions {
  readonly files: ApplicationFiles;
  readonly store: Store;
  readonly clock: Clock;
  /** Uncompressed points, 65 bytes; at least one. */
  readonly keys: readonly Uint8Array[];
  readonly verifier: SignatureVerifier;
  readonly sha256: (bytes: Uint8Array) => Uint8Array;
  readonly crc32: (bytes: Uint8Array) => number;
  /** What an offer must name: no name that any firmware's releases bear. */
  readonly hardware: string;
  /** The largest script, bytes. */
  readonly byteLengthMax: number;
}

interface Intake {
  readonly release: ReleaseStatement;
  readonly side: Side;
  received: number;
  /** Of `received`, what the journal has. */
  journaled: number;
}

const JOURNAL_KEY = "app-in";
const DIGEST_BYTES = 32;
/** What a reset costs at most: bytes that are sent once more. */
const JOURNAL_STEP_BYTES = 4096;

/**
 * Takes a signed script in chunks, from whatever link brings them, into the place that does not run;
 * the loader then starts it on trial. What arrived outlives a reset: the same offer goes on there.
 */
export class ApplicationUpdate {
  private readonly options: ApplicationOptions;
  private intake: Intake | undefined;
  /** So that of several the last one counts. */
  private offers = 0;

  constructor(options: ApplicationOptions) {
    this.options = options;
  }

  /**
   * @param onReady later, once: with the offset to go on from, or with why it is refused
   * @throws Failure HARDWARE_MISMATCH, IMAGE_TOO_LARGE, SECURITY_COUNTER, SIGNATURE for what can be
   *   refused without arithmetic; STORE while a script is on trial
   */
  offer(offer: ApplicationOffer, onReady: (offset: number, failure?: Failure) => void): void {
    const { release, signature } = offer;
    const { sha256, hardware, byteLengthMax } = this.options;
    const state = loadState(this.options.store);
    this.intake = undefined;
    if (state.trial !== undefined) throw new Failure("STORE", "a script is on trial");
    if (release.hardware !== hardware) throw new Failure("HARDWARE_MISMATCH", release.hardware);
    if (release.imageSize < 1 || release.imageSize > byteLengthMax) {
      throw new Failure("IMAGE_TOO_LARGE", `${release.imageSize} bytes of ${byteLengthMax}`);
    }
    if (release.securityCounter < state.floor) {
      throw new Failure("SECURITY_COUNTER", `${release.securityCounter}, floor ${state.floor}`);
    }
    const raw = parseEcdsaSignature(signature);
    if (raw === undefined || !hasLowS(raw)) throw new Failure("SIGNATURE", "not in DER, low s");
    this.offers += 1;
    const offered = this.offers;
    this.verify({ digest: sha256(releaseBytes(release)), signature: raw }, 0, (isGood) => {
      if (offered !== this.offers) return;
      if (isGood) this.begin(release, state.confirmed === 0 ? 1 : 0, onReady);
      else onReady(0, new Failure("SIGNATURE", "no trusted key has signed this"));
    });
  }

  /**
   * @param crc of `bytes`: the link's own is not always one
   * @returns the offset that is wanted next: the same again if the chunk was not that
   * @throws Failure FILE_CRC, FILE_LENGTH, FLASH_WRITE, READ_BACK, STORE
   */
  chunk(offset: number, bytes: Uint8Array, crc: number): number {
    const intake = this.wanted();
    const { crc32 } = this.options;
    if (offset !== intake.received) return intake.received;
    const end = offset + bytes.byteLength;
    if (end > intake.release.imageSize) throw new Failure("FILE_LENGTH", `${end} bytes`);
    if (crc32(bytes) >>> 0 !== crc >>> 0) throw new Failure("FILE_CRC", `chunk at ${offset}`);
    this.put(intake.side, bytes, offset);
    intake.received = end;
    if (end - intake.journaled >= JOURNAL_STEP_BYTES) this.saveJournal(intake);
    return end;
  }

  /**
   * All is there: from the next start on it is on trial.
   * @throws Failure FILE_LENGTH, IMAGE_SHA256, STORE
   */
  finish(): void {
    const intake = this.wanted();
    const { files, store } = this.options;
    const { release, side, received } = intake;
    if (received !== release.imageSize) throw new Failure("FILE_LENGTH", `${received} bytes`);
    const digest = files.sha256(side);
    this.intake = undefined;
    store.remove(JOURNAL_KEY);
    if (digest === undefined || !isSameBytes(digest, release.sha256)) {
      throw new Failure("IMAGE_SHA256", "the script is not the one that was signed");
    }
    const trialCounter = release.securityCounter;
    saveState(store, Object.assign({}, loadState(store), { trial: side, starts: 0, trialCounter }));
  }

  /** The running script has passed its self-test: it stays. Harmless where none is on trial. */
  confirm(): void {
    const { store } = this.options;
    const { trial, trialCounter, floor } = loadState(store);
    if (trial === undefined) return;
    saveState(store, {
      confirmed: trial,
      trial: undefined,
      starts: 0,
      trialCounter: 0,
      floor: Math.max(floor, trialCounter),
    });
  }

  /** A file that does not take a chunk takes it in no later try either: the next offer begins anew. */
  private put(side: Side, bytes: Uint8Array, offset: number): void {
    const { files, store } = this.options;
    try {
      files.write(side, bytes, offset);
      const back = files.read(side, offset, bytes.byteLength);
      if (back === undefined || !isSameBytes(back, bytes)) {
        throw new Failure("READ_BACK", `chunk at ${offset}`);
      }
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.intake = undefined;
      store.remove(JOURNAL_KEY);
      throw error;
    }
  }

  /** A slice a turn. */
  private verify(
    question: { readonly digest: Uint8Array; readonly signature: Uint8Array },
    keyIndex: number,
    onVerdict: (isGood: boolean) => void,
  ): void {
    const { clock, keys, verifier } = this.options;
    const key = keys[keyIndex];
    if (key === undefined) {
      onVerdict(false);
      return;
    }
    const check = verifier.begin(Object.assign({ key }, question));
    const step = (): void => {
      const verdict = check.step();
      if (verdict === "more") clock.alarm(0, step);
      else if (verdict === "good") onVerdict(true);
      else this.verify(question, keyIndex + 1, onVerdict);
    };
    clock.alarm(0, step);
  }

  private begin(
    release: ReleaseStatement,
    side: Side,
    onReady: (offset: number, failure?: Failure) => void,
  ): void {
    try {
      const received = this.journaledOf(release, side);
      this.intake = { release, side, received, journaled: received };
      if (received === 0) {
        this.options.files.create(side, release.imageSize);
        this.saveJournal(this.intake);
      }
      onReady(received);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.intake = undefined;
      onReady(0, error);
    }
  }

  /** How much of this very script the journal has, and the file too. */
  private journaledOf(release: ReleaseStatement, side: Side): number {
    const { store, files } = this.options;
    const value = store.read(JOURNAL_KEY);
    if (value === undefined || value.byteLength !== DIGEST_BYTES + 4) return 0;
    if (!isSameBytes(new Uint8Array(value.subarray(0, DIGEST_BYTES)), release.sha256)) return 0;
    const received = new DataView(value.buffer, value.byteOffset).getUint32(DIGEST_BYTES);
    const isThere = files.read(side, release.imageSize - 1, 1) !== undefined;
    return isThere && received <= release.imageSize ? received : 0;
  }

  private saveJournal(intake: Intake): void {
    const value = new Uint8Array(DIGEST_BYTES + 4);
    value.set(intake.release.sha256);
    new DataView(value.buffer).setUint32(DIGEST_BYTES, intake.received);
    this.options.store.write(JOURNAL_KEY, value);
    intake.journaled = intake.received;
  }

  private wanted(): Intake {
    if (this.intake === undefined) throw new Failure("FILE_LENGTH", "nothing was offered");
    return this.intake;
  }
}
