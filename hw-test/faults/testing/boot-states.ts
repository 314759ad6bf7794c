import { createHash } from "node:crypto";
import { makeImage } from "../../../tools/image/mcuboot.ts";
import { fromEnd, goodMagic, statusEntries, trailerBytes } from "../../../tools/image/trailer.ts";
import { Bootloader } from "../../desk/bootloader.ts";
import { trackerMap } from "../../desk/geometries.ts";
import { PowerSupply } from "../../desk/power-supply.ts";
import { PoweredFlash } from "../../desk/powered-flash.ts";
import type { Random } from "../../desk/random.ts";
import { NorFlash, PowerCut } from "../../model/nor-flash.ts";

/** The board's slots (docs/virtual-tracker.md, "Memory map"). */
export const geometry = trackerMap("nrf9160").slot;
const SLOT_BYTES = geometry.byteLength;
const PAGE_BYTES = geometry.blockLength;
const IMAGE_MAX_BYTES = SLOT_BYTES - 2 * PAGE_BYTES;
const addresses = Object.freeze({ primary: 0x10000, secondary: 0x80000 });

type SlotName = keyof typeof addresses;

/** What a slot holds where it is not erased; offsets in bytes. */
export type SlotContent = readonly (readonly [offset: number, bytes: Uint8Array])[];
export type BootState = Readonly<Record<SlotName, SlotContent>>;

/** Both slots, and the bootloader of the desk that boots them. */
export class Slots {
  readonly primary = new NorFlash(geometry);
  readonly secondary = new NorFlash(geometry);

  put(state: BootState): void {
    for (const name of ["primary", "secondary"] as const) {
      this[name].bytes.fill(geometry.eraseValue);
      for (const [offset, bytes] of state[name]) this[name].bytes.set(bytes, offset);
    }
  }

  /** A line as `tracker-board boots` writes it. */
  boot(): string {
    const { did, image } = this.bootloader(undefined).run();
    return `${did} ${image?.version.replace(/\+.*/, "") ?? "-"} ${this.digest()}`;
  }

  /** Boots until the power fails at the `operation`th erase or write. */
  bootCut(operation: number): void {
    try {
      this.bootloader(operation).run();
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
    }
  }

  state(): BootState {
    return { primary: pagesOf(this.primary.bytes), secondary: pagesOf(this.secondary.bytes) };
  }

  private bootloader(operation: number | undefined): Bootloader {
    const cuts = operation === undefined ? [] : [{ operation, when: "after" as const }];
    const supply = new PowerSupply(cuts, () => {});
    const slot = (part: SlotName): PoweredFlash =>
      new PoweredFlash({ nor: this[part], part, supply, torn: undefined });
    return new Bootloader({ primary: slot("primary"), secondary: slot("secondary") });
  }

  private digest(): string {
    const hash = createHash("sha256");
    for (const name of ["primary", "secondary"] as const) {
      for (const [offset, bytes] of pagesOf(this[name].bytes)) {
        const address = Buffer.alloc(4);
        address.writeUInt32LE(addresses[name] + offset);
        hash.update(address).update(bytes);
      }
    }
    return hash.digest("hex");
  }
}

const erasedPage = Buffer.alloc(PAGE_BYTES, geometry.eraseValue);

function pagesOf(bytes: Uint8Array): SlotContent {
  const found: [number, Uint8Array][] = [];
  for (let offset = 0; offset < SLOT_BYTES; offset += PAGE_BYTES) {
    const page = bytes.subarray(offset, offset + PAGE_BYTES);
    if (erasedPage.compare(page) !== 0) found.push([offset, page.slice()]);
  }
  return found;
}

/** Writes states as `tracker-board boots` reads them: each piece of content once. */
export class StateFile {
  private readonly pieces = new Map<string, number>();
  private readonly pieceParts: Buffer[] = [];
  private readonly stateParts: Buffer[] = [];

  add(state: BootState): void {
    const placings = (["primary", "secondary"] as const).flatMap((name) =>
      state[name].map(([offset, bytes]) => [addresses[name] + offset, this.piece(bytes)]),
    );
    this.stateParts.push(u32(placings.length, ...placings.flat()));
  }

  bytes(): Buffer {
    return Buffer.concat([u32(this.pieces.size), ...this.pieceParts, ...this.stateParts]);
  }

  private piece(bytes: Uint8Array): number {
    const key = Buffer.from(bytes).toString("latin1");
    const found = this.pieces.get(key);
    if (found !== undefined) return found;
    const index = this.pieces.size;
    this.pieces.set(key, index);
    this.pieceParts.push(u32(bytes.byteLength), Buffer.from(bytes));
    return index;
  }
}

function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => {
    bytes.writeUInt32LE(value, 4 * index);
  });
  return bytes;
}

/** Draws states: sound and broken images, any trailer on each slot, and swaps that a cut stopped. */
export class StateSource {
  private readonly random: Random;
  private readonly slots = new Slots();
  private readonly images: readonly SlotContent[];
  private readonly soundImages: readonly SlotContent[];

  constructor(random: Random) {
    this.random = random;
    const sound = soundImages(random);
    this.soundImages = sound.map((image) => [[0, image]]);
    const broken: readonly Uint8Array[] = sound.flatMap((image) => brokenImages(image));
    this.images = [...broken.map((image) => [[0, image]] as const), [], ...farImages()];
  }

  next(): BootState {
    return this.random.below(5) === 0 ? this.cutState() : this.anyState();
  }

  private anyState(): BootState {
    return {
      primary: [...this.image(), ...this.trailer()],
      secondary: [...this.image(), ...this.trailer()],
    };
  }

  /** A request or a trial, booted until a cut. */
  private cutState(): BootState {
    const { random } = this;
    const request = trailerOf({ magic: good, swapInfo: 2, imageOk: random.pick([0xff, 0xff, 1]) });
    const trial = trailerOf({ magic: good, swapInfo: 2, copyDone: 1 });
    const isTrial = random.below(2) === 0;
    const image = (): SlotContent => random.pick(this.soundImages);
    this.slots.put({
      primary: [...image(), ...(isTrial ? trial : [])],
      secondary: [...image(), ...(isTrial ? [] : request)],
    });
    const cuts = random.pick([1, 1, 2]);
    for (let cut = 0; cut < cuts; cut++) this.slots.bootCut(1 + random.below(34));
    return this.slots.state();
  }

  private image(): SlotContent {
    const { random } = this;
    return random.pick(random.below(3) === 0 ? this.images : this.soundImages);
  }

  private trailer(): SlotContent {
    const { random } = this;
    if (random.below(4) === 0) return [];
    const trailer = trailerOf({
      magic: random.pick([good, good, good, unset, torn, garbage]),
      imageOk: random.pick([0xff, 0xff, 1, 0]),
      copyDone: random.pick([0xff, 0xff, 1, 0]),
      swapInfo: random.pick([0xff, 1, 2, 2, 3, 4, 4, 5, 6, 0x12, 0x0f, 0]),
      swapSize: random.pick(swapSizes),
    });
    return random.below(2) === 0 ? trailer : [...trailer, ...statusOf(this.steps())];
  }

  /** Marks that are there of a swap: of the move, or of the swap after it. */
  private steps(): number {
    const { random } = this;
    return random.below(2) === 0 ? 1 + random.below(5) : 126 + random.below(10);
  }
}

const good = new Uint8Array(goodMagic(geometry));
const torn = Uint8Array.from(good, (byte, at) => (at < 8 ? byte : 0xff));
const unset = new Uint8Array(16).fill(0xff);
const garbage = new Uint8Array(16).fill(0x5a);
const swapSizes: readonly number[] = [
  ...[0, 1, 3000, 4096, 4097, 5072, 8192, 12_000],
  ...[IMAGE_MAX_BYTES, IMAGE_MAX_BYTES + 1, SLOT_BYTES, 0xfffff000, 0xfffff001, 0xffffffff],
];

interface TrailerParts {
  readonly magic: Uint8Array;
  readonly imageOk?: number;
  readonly copyDone?: number;
  readonly swapInfo?: number;
  readonly swapSize?: number;
}

function trailerOf(parts: TrailerParts): SlotContent {
  const { magic, swapSize = 0xffffffff } = parts;
  const flags = (["imageOk", "copyDone", "swapInfo"] as const).map(
    (field) =>
      [SLOT_BYTES - fromEnd(field, geometry), Uint8Array.of(parts[field] ?? 0xff)] as const,
  );
  const size = [SLOT_BYTES - fromEnd("swapSize", geometry), new Uint8Array(u32(swapSize))] as const;
  return [...flags, size, [SLOT_BYTES - 16, magic]];
}

function statusOf(count: number): SlotContent {
  const bytes = new Uint8Array(statusEntries(geometry) * geometry.writeAlign).fill(
    geometry.eraseValue,
  );
  for (let step = 0; step < count; step++) bytes[step * geometry.writeAlign] = 1;
  const start = SLOT_BYTES - trailerBytes(geometry);
  // Entries lie from the trailer's start upwards.
  return [[start, bytes.subarray(0, count * geometry.writeAlign)]];
}

function soundImages(random: Random): Uint8Array[] {
  const image = (version: string, bodyBytes: number, more = {}): Uint8Array =>
    makeImage({ body: random.bytes(bodyBytes), version, ...more });
  return [
    image("1.0.0", 3000),
    image("1.0.1", 5000),
    image("1.0.2+7", 9000, { securityCounter: 3 }),
    image("1.0.3", 4000, { hash: "sha384", headerBytes: 512 }),
    image("1.0.4", 7000, { hash: "sha512", securityCounter: 1 }),
    image("1.0.5", 0),
    image("1.0.6", 2000, { flags: 0x20 }),
    image("1.0.7", 4096 - 72),
  ];
}

/** What bootutil refuses, and what it cannot even size. */
function brokenImages(image: Uint8Array): Uint8Array[] {
  const change = (does: (bytes: Buffer, tlvs: number) => void): Uint8Array => {
    const bytes = Buffer.from(image);
    const protectedBytes = bytes.readUInt16LE(10);
    does(bytes, bytes.readUInt16LE(8) + bytes.readUInt32LE(12) + protectedBytes);
    return new Uint8Array(bytes);
  };
  const add = (entry: string): Uint8Array => {
    const longer = Buffer.concat([image, Buffer.from(entry, "hex")]);
    const tlvs = tlvOffset(image);
    longer.writeUInt16LE(longer.readUInt16LE(tlvs + 2) + entry.length / 2, tlvs + 2);
    return new Uint8Array(longer);
  };
  const flag = (flags: number): Uint8Array => change((bytes) => bytes.writeUInt32LE(flags, 16));
  return [
    ...[0x04, 0x08, 0x10, 0x100, 0x200, 0x400, 0x800].map(flag),
    change((bytes) => bytes.writeUInt8((bytes[40] ?? 0) ^ 1, 40)),
    change((bytes) => bytes.writeUInt32LE(0, 0)),
    change((bytes) => bytes.fill(0xff, 0, 32)),
    change((bytes) => bytes.writeUInt16LE(16, 8)),
    change((bytes) => bytes.writeUInt32LE(0xffffffff, 12)),
    change((bytes) => bytes.writeUInt32LE(460_000, 12)),
    change((bytes) => bytes.writeUInt16LE(bytes.readUInt16LE(10) + 4, 10)),
    change((bytes, tlvs) => bytes.writeUInt16LE(0x6908, tlvs)),
    ...[0, 3, 4, 8, 39, 41, 0xffff].map((total) =>
      change((bytes, tlvs) => bytes.writeUInt16LE(total, tlvs + 2)),
    ),
    change((bytes, tlvs) => bytes.writeUInt16LE(0x25, tlvs + 4)),
    change((bytes, tlvs) => bytes.writeUInt16LE(31, tlvs + 6)),
    ...["10002000".padEnd(72, "0"), "10000000", "12000000", "50000400", "5000040001000000"].map(
      add,
    ),
    ...["01000000", "30000000", "25000100", "2500010001", "ff", "ffffff", "a0000000"].map(add),
    add(Buffer.from(image.subarray(tlvOffset(image) + 4)).toString("hex")),
  ];
}

function tlvOffset(image: Uint8Array): number {
  const bytes = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
  return bytes.readUInt16LE(8) + bytes.readUInt32LE(12) + bytes.readUInt16LE(10);
}

/** Ends at the last byte that an image may have, and one behind it; the body is left erased. */
function farImages(): SlotContent[] {
  return [0, 1].map((beyond) => {
    const body = new Uint8Array(IMAGE_MAX_BYTES - 72 + beyond).fill(geometry.eraseValue);
    const image = makeImage({ body, version: "3.0.0" });
    const tlvs = image.byteLength - 40;
    return [
      [0, image.subarray(0, 32)],
      [tlvs, image.subarray(tlvs)],
    ];
  });
}
