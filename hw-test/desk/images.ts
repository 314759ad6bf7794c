import { toHex } from "../../tools/image/hex.ts";
import { type ImageParts, makeImage } from "../../tools/image/mcuboot.ts";
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
  /** The MCUboot image. */
  readonly image: Uint8Array;
  readonly hex: Uint8Array;
}

export interface FirmwareOrder {
  readonly version: string;
  readonly flavour: Flavour;
  readonly bodyBytes: number;
  /** Address in the HEX file of the image's first byte. */
  readonly address: number;
  /** Whether it has a stretch of erased bytes; left out: it has. */
  readonly isPadded?: boolean;
  /** How the image is packed, where it is not as usual. */
  readonly packing?: Packing;
}

export type Packing = Pick<ImageParts, "hash" | "flags">;

const NOTE_BYTES = 16;

export function makeFirmware(order: FirmwareOrder, random: Random): Firmware {
  const { version, flavour, bodyBytes, address } = order;
  const note = Buffer.alloc(NOTE_BYTES, ".").fill(flavour, 0, flavour.length);
  const body = Buffer.concat([note, random.bytes(bodyBytes - NOTE_BYTES)]);
  // A few gaps that need no write, as padding in real firmware.
  if (order.isPadded !== false) body.fill(0xff, bodyBytes >> 1, (bodyBytes >> 1) + 40);
  const image = makeImage({ body, version, ...order.packing });
  return { version, flavour, image, hex: Buffer.from(toHex(image, { address }), "latin1") };
}

/** What the image in a slot is, by its body. */
export function flavourOf(body: Uint8Array): Flavour {
  const note = Buffer.from(body.subarray(0, NOTE_BYTES)).toString("latin1");
  const found = flavours.find((flavour) => note.startsWith(flavour));
  if (found === undefined) throw new Error(`an image of no flavour: ${note}`);
  return found;
}
