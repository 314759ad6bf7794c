import { config } from "../config.ts";
import type { HexPosition } from "../hex/parser.ts";
import { POSITION_BYTES, readPosition, writePosition } from "../patch/position.ts";
import type { Store } from "../ports/store.ts";
import type { SlotProgress } from "../slot/writer.ts";
import { decodeUtf8, encodeUtf8 } from "../utf8.ts";
import { parseRecord, type UpdateRecord } from "./record.ts";
import type { FilePlace } from "./stage.ts";

/** Where the download resumes, all data before it being in flash. */
export interface Progress extends FilePlace {
  readonly slot: SlotProgress;
  readonly etag: string | undefined;
  /** The server's CRC-32 of the whole file, of a HEX file. */
  readonly serverCrc: number | undefined;
}

const RECORD_KEY = "update";
const PROGRESS_KEY = "progress";
const FORMAT = 1;
const PROGRESS_FORMAT = 3;
/** Head, place in the file, numbers of the slot. */
const PLACE_START = 4;
const SLOT_START = PLACE_START + POSITION_BYTES;
const FIXED_BYTES = SLOT_START + 12;
const BITMAP_BYTES = config.slotMaxPages / 8;
const FLAG_SEGMENTED = 1;
const FLAG_SERVER_CRC = 2;
const FLAG_SECONDARY_WINDOW = 4;
/** Of a patch, whose position stands where the numbers of a HEX file do. */
const FLAG_PATCH = 8;

/**
 * The update's memory across resets: one record, rewritten at each stage, and one progress entry,
 * rewritten at most once a page. Costs one buffer of 240 bytes.
 */
export class Journal {
  private readonly store: Store;
  private readonly buffer = new Uint8Array(FIXED_BYTES + 2 * BITMAP_BYTES + config.etagMaxBytes);
  private readonly view = new DataView(this.buffer.buffer);

  constructor(store: Store) {
    this.store = store;
  }

  /** The update under way, or undefined; what is not this version's own, or spoilt, is none. */
  record(): UpdateRecord | undefined {
    const value = this.store.read(RECORD_KEY);
    if (value === undefined || value[0] !== FORMAT) return undefined;
    return parseRecord(decodeUtf8(value.subarray(1)));
  }

  saveRecord(record: UpdateRecord): void {
    const text = encodeUtf8(JSON.stringify(record));
    const value = new Uint8Array(text.byteLength + 1);
    value[0] = FORMAT;
    value.set(text, 1);
    this.store.write(RECORD_KEY, value);
  }

  /** Changes fields of the record, if there is one. */
  amend(changes: Partial<UpdateRecord>): void {
    const record = this.record();
    if (record !== undefined) this.saveRecord(Object.assign(record, changes));
  }

  progress(): Progress | undefined {
    const value = this.store.read(PROGRESS_KEY);
    if (value === undefined || value[0] !== PROGRESS_FORMAT) return undefined;
    const length = FIXED_BYTES + (value[2] ?? 0) + 2 * (value[3] ?? 0);
    if (value.byteLength !== length || length > this.buffer.byteLength) return undefined;
    this.buffer.set(value);
    return this.decode();
  }

  saveProgress(progress: Progress): void {
    this.store.write(PROGRESS_KEY, this.buffer.subarray(0, this.encode(progress)));
  }

  /** The slot is to be written from the start. */
  clearProgress(): void {
    this.store.remove(PROGRESS_KEY);
  }

  /** The update is over. The record goes first: progress without it means nothing. */
  clear(): void {
    this.store.remove(RECORD_KEY);
    this.store.remove(PROGRESS_KEY);
  }

  private encode(progress: Progress): number {
    const { slot, etag = "" } = progress;
    const { buffer, view } = this;
    buffer[0] = PROGRESS_FORMAT;
    buffer[1] =
      this.encodePlace(progress) | (slot.window === "secondary" ? FLAG_SECONDARY_WINDOW : 0);
    buffer[2] = etag.length;
    buffer[3] = slot.erased.byteLength;
    view.setUint32(SLOT_START, slot.lowest, true);
    view.setUint32(SLOT_START + 4, slot.end, true);
    view.setUint32(SLOT_START + 8, slot.check, true);
    buffer.set(slot.erased, FIXED_BYTES);
    buffer.set(slot.blank, FIXED_BYTES + slot.erased.byteLength);
    const etagStart = FIXED_BYTES + 2 * slot.erased.byteLength;
    for (let i = 0; i < etag.length; i++) buffer[etagStart + i] = etag.charCodeAt(i);
    return etagStart + etag.length;
  }

  /** @returns its flags */
  private encodePlace({ hex, patch, fileCrc, serverCrc }: Progress): number {
    const { view } = this;
    if (patch !== undefined) {
      writePosition(view, PLACE_START, patch);
      return FLAG_PATCH;
    }
    view.setUint32(PLACE_START, hex?.offset ?? 0, true);
    view.setUint32(PLACE_START + 4, hex?.line ?? 0, true);
    view.setUint32(PLACE_START + 8, hex?.base ?? 0, true);
    view.setUint32(PLACE_START + 12, fileCrc, true);
    view.setUint32(PLACE_START + 16, serverCrc ?? 0, true);
    const isSegmented = hex?.segmented === true;
    return (isSegmented ? FLAG_SEGMENTED : 0) | (serverCrc === undefined ? 0 : FLAG_SERVER_CRC);
  }

  private decode(): Progress {
    const { buffer, view } = this;
    const flags = buffer[1] ?? 0;
    const blankStart = FIXED_BYTES + (buffer[3] ?? 0);
    const etagStart = blankStart + (buffer[3] ?? 0);
    const etagEnd = etagStart + (buffer[2] ?? 0);
    const isPatch = (flags & FLAG_PATCH) !== 0;
    return {
      hex: isPatch ? undefined : this.decodeHex((flags & FLAG_SEGMENTED) !== 0),
      patch: isPatch ? readPosition(view, PLACE_START) : undefined,
      slot: {
        erased: new Uint8Array(buffer.subarray(FIXED_BYTES, blankStart)),
        blank: new Uint8Array(buffer.subarray(blankStart, etagStart)),
        lowest: view.getUint32(SLOT_START, true),
        end: view.getUint32(SLOT_START + 4, true),
        check: view.getUint32(SLOT_START + 8, true),
        window: (flags & FLAG_SECONDARY_WINDOW) !== 0 ? "secondary" : "primary",
      },
      fileCrc: isPatch ? 0 : view.getUint32(PLACE_START + 12, true),
      serverCrc:
        (flags & FLAG_SERVER_CRC) !== 0 ? view.getUint32(PLACE_START + 16, true) : undefined,
      etag: etagEnd > etagStart ? decodeUtf8(buffer.subarray(etagStart, etagEnd)) : undefined,
    };
  }

  private decodeHex(segmented: boolean): HexPosition {
    const { view } = this;
    return {
      offset: view.getUint32(PLACE_START, true),
      line: view.getUint32(PLACE_START + 4, true),
      base: view.getUint32(PLACE_START + 8, true),
      segmented,
    };
  }
}
