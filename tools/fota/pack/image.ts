import { slotLayout } from "../../../firmware/slot/layout.ts";
import { isVersion, parseVersion } from "../../../firmware/version-number.ts";
import { UsageError } from "../../command-line/usage-error.ts";
import { dissect } from "../../image/anatomy.ts";
import { makeImage } from "../../image/mcuboot.ts";
import { ERASED, PAGE_BYTES, partitions, WRITE_BLOCK_BYTES } from "../../image/memory-map.ts";
import { TLV_SEC_CNT } from "../../image/tlvs.ts";
import { signingKey } from "../key-files.ts";
import { hexNumber } from "../text.ts";
import type { Application } from "./application.ts";

/** What the options say of the image; undefined where they say nothing. */
export interface ImageWishes {
  readonly version: string | undefined;
  readonly counter: number | undefined;
  readonly headerBytes: number | undefined;
  /** The code's first `headerBytes` are room for the header. */
  readonly hasHeaderRoom: boolean;
  readonly address: number | undefined;
  readonly slotBytes: number;
  /** PEM file of the key that signs the image for MCUboot. */
  readonly imageKey: string | undefined;
}

export interface PackedImage {
  readonly image: Uint8Array;
  readonly address: number;
  readonly version: string;
  /** Of the release: the image's own where it has one. */
  readonly securityCounter: number;
}

const DEFAULT_HEADER_BYTES = 32;

/** @throws UsageError for wishes that the application cannot fulfil */
export async function packImage(app: Application, wishes: ImageWishes): Promise<PackedImage> {
  const packed = app.form === "image" ? asItIs(app, wishes) : await wrap(app, wishes);
  const { image, address } = packed;
  const { imageMaxBytes } = slotLayout({
    byteLength: wishes.slotBytes,
    blockLength: PAGE_BYTES,
    writeAlign: WRITE_BLOCK_BYTES,
    eraseValue: ERASED,
  });
  if (image.length > imageMaxBytes) {
    throw new UsageError(`the image has ${image.length} bytes, the slot takes ${imageMaxBytes}`);
  }
  requireSlot(address, wishes);
  return packed;
}

/** Its digest covers all that could be changed. */
function asItIs(app: Application & { form: "image" }, wishes: ImageWishes): PackedImage {
  if (wishes.headerBytes !== undefined || wishes.hasHeaderRoom || wishes.imageKey !== undefined) {
    throw new UsageError(
      "the file is an MCUboot image already: it takes no other header or signature",
    );
  }
  const { header, entries } = dissect(app.image);
  const own = header?.version ?? "";
  const { version = own, counter } = wishes;
  const found = parseVersion(own);
  if (found === undefined || !isVersion(version, found)) {
    throw new UsageError(`--version ${version}: the image's own header says ${own}`);
  }
  const entry = entries.find(({ type, isProtected }) => type === TLV_SEC_CNT && isProtected);
  const ownCounter = entry && Buffer.from(entry.value).readUInt32LE();
  if (ownCounter !== undefined && counter !== undefined && counter !== ownCounter) {
    throw new UsageError(`--counter ${counter}: the image's own security counter is ${ownCounter}`);
  }
  const address = addressOf(app.address, wishes);
  return { image: app.image, address, version, securityCounter: ownCounter ?? counter ?? 0 };
}

async function wrap(
  app: Exclude<Application, { form: "image" }>,
  wishes: ImageWishes,
): Promise<PackedImage> {
  const { version, counter, imageKey, headerBytes = DEFAULT_HEADER_BYTES } = wishes;
  if (version === undefined) throw new UsageError("--version V is missing: the file has no header");
  const code = app.form === "script" ? await compiled(app) : app.code;
  const body = wishes.hasHeaderRoom ? withoutRoom(code, headerBytes) : code;
  const key = imageKey === undefined ? undefined : signingKey("--image-key", imageKey);
  const image = makeImage({
    body,
    version,
    headerBytes,
    ...(counter !== undefined && { securityCounter: counter }),
    ...(key && { sign: (hashed: Uint8Array) => key.signImage(hashed) }),
  });
  const linked = app.form === "script" ? undefined : app.address;
  const before = wishes.hasHeaderRoom ? 0 : headerBytes;
  const address = addressOf(linked === undefined ? undefined : linked - before, wishes);
  return { image, address, version, securityCounter: counter ?? 0 };
}

async function compiled({ path, source }: Application & { form: "script" }): Promise<Uint8Array> {
  // Loaded only here: rollup comes with it.
  const { bytecodeOf } = await import("../../build/image.ts");
  try {
    return await bytecodeOf(source);
  } catch (error) {
    // The compiler was given a copy.
    const { message } = error as Error;
    throw new UsageError(message.replace(/^tracker-board compile: \S*\/main\.js/, path));
  }
}

/** Zephyr leaves zeros there (CONFIG_ROM_START_OFFSET). */
function withoutRoom(code: Uint8Array, headerBytes: number): Uint8Array {
  const taken = code.subarray(0, headerBytes).findIndex((byte) => byte !== 0 && byte !== ERASED);
  if (taken >= 0) {
    throw new UsageError(`--header-room: byte ${taken} of the code is in it; is it at its start?`);
  }
  if (code.length <= headerBytes) throw new UsageError("--header-room: nothing comes behind it");
  return code.subarray(headerBytes);
}

function addressOf(own: number | undefined, { address }: ImageWishes): number {
  if (own !== undefined && address !== undefined && own !== address) {
    throw new UsageError(`--address: by its HEX file the image is for ${hexNumber(own)}`);
  }
  return own ?? address ?? partitions["image-0"].offset;
}

function requireSlot(address: number, wishes: ImageWishes): void {
  const slots = [partitions["image-0"].offset, partitions["image-1"].offset];
  if (wishes.address !== undefined || slots.includes(address)) return;
  const [primary = "", secondary = ""] = slots.map(hexNumber);
  throw new UsageError(
    `the image is for ${at(address)}, slots begin at ${primary} and ${secondary}; ` +
      "--address says that another board is meant, --header-room that the code leaves room for the header",
  );
}

function at(address: number): string {
  return address < 0 ? "an address below 0" : hexNumber(address);
}
