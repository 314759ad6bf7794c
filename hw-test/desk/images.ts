import { type BootName, formats } from "../../tools/image/formats.ts";
import { toHex } from "../../tools/image/hex.ts";
import { type ImageParts, makeImage } from "../../tools/image/mcuboot.ts";
import { makePatch } from "../../tools/patch/make-patch.ts";
import type { Random } from "./random.ts";

/**
 * How an image behaves when it runs.
 * - `good`: works, and says so a moment after its start;
 * - `crash`: throws while it starts;
 * - `offline`: never reaches the broker;
 * - `sick`: its application check fails;
 * - `silent`: its application check says nothing.
 */
export const flavours = ["good", "crash", "offline", "sick", "silent"] as const;
export type Flavour = (typeof flavours)[number];

/** A firmware as it is built, served and run. */
export interface Firmware {
  readonly version: string;
  readonly flavour: Flavour;
  readonly boot: BootName;
  /** As the bootloader wants it. */
  readonly image: Uint8Array;
  readonly hex: Uint8Array;
  /** What a job offers beside the HEX file. */
  readonly patches: readonly Patch[];
}

/** How an offered image comes: as a HEX file alone, or with a patch or packed image beside it. */
export const ways = ["hex", "patch", "packed"] as const;
export type Way = (typeof ways)[number];
export const patchedWays = ["patch", "packed"] as const;

/** A patch, or a packed image (docs/patch-format.md). */
export interface Patch {
  /** In the bucket. */
  readonly key: string;
  /** Identity of the image it starts from; undefined for a packed one. */
  readonly from?: string | undefined;
  readonly bytes: Uint8Array;
}

export interface FirmwareOrder {
  readonly version: string;
  /** `mcuboot` if left out. */
  readonly boot?: BootName;
  readonly flavour: Flavour;
  readonly bodyBytes: number;
  /** Address in the HEX file of the image's first byte. */
  readonly address: number;
  /** Whether it has a stretch of erased bytes; left out: it has. */
  readonly isPadded?: boolean;
  /** How the image is packed, where it is not as usual. */
  readonly packing?: Packing;
  /** The image that it is a later version of: most of its body is the same. */
  readonly after?: Firmware | undefined;
}

export type Packing = Pick<ImageParts, "hash" | "flags">;

const NOTE_BYTES = 16;
/** Before the body, as the images here are made. */
const headBytes: Readonly<Record<BootName, number>> = { mcuboot: 32, "esp-idf": 296 };
/** What a chunk inflates to: small ones, so that a cut falls into any of several. */
export const PATCH_CHUNK_BYTES = 512;

export function makeFirmware(order: FirmwareOrder, random: Random): Firmware {
  const { version, flavour, bodyBytes, address, boot = "mcuboot" } = order;
  const note = Buffer.alloc(NOTE_BYTES, ".").fill(flavour, 0, flavour.length);
  const code = random.bytes(bodyBytes - NOTE_BYTES);
  if (order.after !== undefined)
    keepMost(code, order.after.image.subarray(headBytes[boot] + NOTE_BYTES), random);
  const body = Buffer.concat([note, code]);
  // A few gaps that need no write, as padding in real firmware.
  if (order.isPadded !== false) body.fill(0xff, bodyBytes >> 1, (bodyBytes >> 1) + 40);
  const image =
    order.packing === undefined
      ? formats[boot].make({ body, version })
      : makeImage({ body, version, ...order.packing });
  const hex = Buffer.from(toHex(image, { address }), "latin1");
  return { version, boot, flavour, image, hex, patches: [] };
}

/** Of the code of before, a little is new, a little has moved, and its end is gone. */
function keepMost(code: Uint8Array, before: Uint8Array, random: Random): void {
  const kept = Math.min(code.byteLength, before.byteLength) - 300;
  code.set(before.subarray(0, kept >> 1), 0);
  code.set(before.subarray(kept >> 1, kept), (kept >> 1) + 60);
  for (let at = 40; at < kept; at += 90 + random.below(200)) code[at] = random.below(256);
}

/** With what a job may offer beside its HEX file. */
export function withPatch(firmware: Firmware, from: Firmware, way: Exclude<Way, "hex">): Firmware {
  const isPacked = way === "packed";
  const bytes = makePatch(isPacked ? undefined : from.image, firmware.image, PATCH_CHUNK_BYTES);
  const identity = isPacked ? undefined : formats[from.boot].hashOf(from.image);
  return {
    ...firmware,
    patches: [{ key: `${firmware.version}.${way}`, from: identity, bytes }],
  };
}

/** What the image in a slot is, by its body. */
export function flavourOf(body: Uint8Array): Flavour {
  const note = Buffer.from(body.subarray(0, NOTE_BYTES)).toString("latin1");
  const found = flavours.find((flavour) => note.startsWith(flavour));
  if (found === undefined) throw new Error(`an image of no flavour: ${note}`);
  return found;
}
