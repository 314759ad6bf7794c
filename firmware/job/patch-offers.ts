import type { JsonValue } from "./json/value.ts";

/** A patch of a job document's list that fits the running image. */
export interface PatchOffer {
  /** Its place in the list, from 0. */
  readonly index: number;
  /** Bytes of its file. */
  readonly size: number;
  /** It needs no image to start from (docs/patch-format.md). */
  readonly isPacked: boolean;
}

/**
 * Which patch of a document's list suits this tracker: the smallest that starts from the running
 * image, or from nothing. An entry that cannot be read is passed over, for the HEX file always works.
 * Keeps one entry, however long the list is.
 */
export class PatchOffers {
  /** Of the message that is being read; undefined while none fits. */
  best: PatchOffer | undefined;
  private readonly running: string;

  /** @param running identity of the running image (verify/identity.ts); "" if it has none */
  constructor(running: string) {
    this.running = running;
  }

  begin(): void {
    this.best = undefined;
  }

  /** @param patches the list, which shows the entry of that index */
  see(index: number, patches: JsonValue): void {
    const size = sizeOf(patches.at("size"));
    const from = patches.at("from");
    const isPacked = from.kind() === "absent";
    if (size === undefined) return;
    if (!isPacked && (this.running === "" || from.text()?.toLowerCase() !== this.running)) return;
    if (this.best === undefined || size < this.best.size) this.best = { index, size, isPacked };
  }
}

/** A number, or its digits: documents are made from templates. */
function sizeOf(value: JsonValue): number | undefined {
  const text = value.text();
  const size = text === undefined ? value.number() : Number(text);
  return size !== undefined && size >= 1 && Math.floor(size) === size ? size : undefined;
}
