import { attempt } from "../failure.ts";
import type { JobUpdate } from "../job/updates.ts";
import type { PublishOutcome } from "../mqtt/client.ts";
import type { Platform } from "../ports/platform.ts";
import { decodeUtf8, encodeUtf8 } from "../utf8.ts";
import { crc32 } from "../verify/crc32.ts";
import { versionIn } from "./evidence.ts";

const KEY = "shadow";
const FORMAT = 1;
/** Format, attempts, CRC-32 of the text; the last job's result follows, as JSON. */
const HEAD_BYTES = 6;
/** Connections that one text may cost: a policy that forbids the topic ends each. */
const ATTEMPT_MAX = 3;

export interface ShadowReportOptions {
  readonly platform: Platform;
  readonly thingName: string;
  /** Identity of the running image; "" if it cannot be read. */
  readonly image: string;
  /** The MQTT client's `publishOnce`. */
  readonly publish: (topic: string, payload: string, onAcknowledged: () => void) => PublishOutcome;
}

/** What the store keeps. */
interface Note {
  /** Times that the text was sent in vain; 0: the broker has it. */
  readonly attempts: number;
  /** CRC-32 of the text that was last sent. */
  readonly crc: number;
  /** Of the last job, JSON; `null` if there was none. */
  readonly result: string;
}

/**
 * Tells the thing's shadow (classic, `state.reported.firmware`) which image runs and how the last job
 * ended, once for each change. It is no part of an update: it speaks while no job is under way, counts
 * in the store before it sends, and gives up where that costs connections.
 *
 * Costs one key of at most 150 bytes, written three times a job, and while the broker has not
 * acknowledged it a payload of at most 330 bytes (docs/decisions/012-shadow.md).
 */
export class ShadowReport {
  private readonly options: ShadowReportOptions;
  /** The shadow has it, or it was given up. */
  private isOver = false;
  /** On this connection. */
  private isSent = false;

  constructor(options: ShadowReportOptions) {
    this.options = options;
  }

  /** A new connection: what the last one has not acknowledged is to be sent again. */
  onConnected(): void {
    this.isSent = false;
  }

  /** A job has ended, and the service knows. Before it is forgotten that there is something to tell. */
  note({ jobId, status, statusDetails }: JobUpdate): void {
    const { attempts, crc } = this.read();
    const reason = statusDetails["reason"] ?? null;
    this.write({ attempts, crc, result: JSON.stringify({ jobId, status, reason }) });
    this.isOver = false;
    this.isSent = false;
  }

  /** To be called while no job is under way and the service can be reached. */
  tell(): void {
    if (this.isOver || this.isSent) return;
    const note = this.read();
    const text = this.text(note.result);
    const bytes = encodeUtf8(text);
    const crc = crc32(0, bytes, 0, bytes.byteLength);
    const isNew = crc !== note.crc;
    this.isOver = !isNew && (note.attempts === 0 || note.attempts >= ATTEMPT_MAX);
    const attempts = isNew ? 1 : note.attempts + 1;
    if (!this.isOver) this.send(text, { attempts, crc, result: note.result });
  }

  private send(text: string, note: Note): void {
    const { publish, thingName, platform } = this.options;
    if (note.attempts === ATTEMPT_MAX) platform.log("shadow: not told yet, this is the last try");
    // A try that is not counted could be repeated for ever.
    if (!this.write(note)) return;
    const topic = `$aws/things/${thingName}/shadow/update`;
    this.isSent = publish(topic, text, () => this.acknowledged(note.crc)) === "taken";
  }

  private acknowledged(crc: number): void {
    const { result } = this.read();
    this.write({ attempts: 0, crc, result });
  }

  /** What is null is removed from the shadow: the reason of an earlier job. */
  private text(result: string): string {
    const { platform, image } = this.options;
    const version = JSON.stringify(versionIn(platform) ?? null);
    const firmware = `{"version":${version},"image":"${image}","result":${result}}`;
    return `{"state":{"reported":{"firmware":${firmware}}}}`;
  }

  private read(): Note {
    const value = this.options.platform.store.read(KEY);
    if (value === undefined || value[0] !== FORMAT || value.byteLength <= HEAD_BYTES) {
      return { attempts: 0, crc: 0, result: "null" };
    }
    const crc = new DataView(value.buffer, value.byteOffset).getUint32(2);
    return { attempts: value[1] ?? 0, crc, result: decodeUtf8(value.subarray(HEAD_BYTES)) };
  }

  /** @returns false if the store does not take it */
  private write({ attempts, crc, result }: Note): boolean {
    const { store, log } = this.options.platform;
    const text = encodeUtf8(result);
    const value = new Uint8Array(HEAD_BYTES + text.byteLength);
    value[0] = FORMAT;
    value[1] = attempts;
    new DataView(value.buffer).setUint32(2, crc);
    value.set(text, HEAD_BYTES);
    let isKept = false;
    attempt(
      () => {
        store.write(KEY, value);
        isKept = true;
      },
      ({ code, detail }) => log(`shadow: ${code}: ${detail}`),
    );
    return isKept;
  }
}
