import { extname } from "node:path";
import { UsageError } from "../../command-line/usage-error.ts";
import { fileBytes } from "../../command-line/values.ts";
import { dissect } from "../../image/anatomy.ts";
import { seemingKind } from "../../image/file-kind.ts";
import { hasImageMagic } from "../../image/mcuboot.ts";
import { partitions } from "../../image/memory-map.ts";
import { flattened, readHexFile, type Segment } from "../hex-file.ts";
import { hexNumber } from "../text.ts";

/** What a build gave, before there is a header around it. */
export type Application =
  /** An MCUboot image as imgtool or fota made it. */
  | { readonly form: "image"; readonly image: Uint8Array; readonly address: number | undefined }
  | { readonly form: "code"; readonly code: Uint8Array; readonly address: number | undefined }
  | { readonly form: "script"; readonly path: string; readonly source: string };

/** A HEX file that reaches further has more in it than one image. */
const SPAN_MAX_BYTES = 16 * 1024 * 1024;

/**
 * Reads what is to be packed: by its name's ending (.hex, .bin, .js, .mjs), or by what it seems to be.
 * @throws UsageError that says what the file is instead
 */
export function readApplication(path: string): Application {
  const bytes = fileBytes("", path);
  const { kind, about } = seemingKind(bytes);
  const ending = extname(path).toLowerCase();
  if (kind === "empty") throw new UsageError(`${path} is empty`);
  if (about === "an ELF program") {
    throw new UsageError(`${path} is ${about}: objcopy -O binary FILE FILE.bin makes code of it`);
  }
  if (ending === ".js" || ending === ".mjs")
    return { form: "script", path, source: bytes.toString() };
  if (ending === ".hex" || (kind === "hex" && ending !== ".bin")) return fromHexFile(path, bytes);
  if (hasImageMagic(bytes)) return soundImage(path, bytes, undefined);
  if (ending === ".bin") return { form: "code", code: bytes, address: undefined };
  throw new UsageError(`${path} is ${about}: fota pack takes .hex, .bin, .js and .mjs`);
}

/**
 * The image in a file that fota pack, imgtool or a build made: HEX, or the image itself.
 * @throws UsageError
 */
export function readImageFile(option: string, path: string): Uint8Array {
  const application = readApplication(path);
  if (application.form === "image") return application.image;
  throw new UsageError(`${option} ${path}: no MCUboot image`.trimStart());
}

function fromHexFile(path: string, bytes: Uint8Array): Application {
  const { address, bytes: code } = oneImage(path, readHexFile(path, bytes).segments);
  if (hasImageMagic(code)) return soundImage(path, code, address);
  return { form: "code", code, address };
}

function oneImage(path: string, segments: readonly Segment[]): Segment {
  const [first] = segments;
  const last = segments.at(-1);
  if (first === undefined || last === undefined) throw new UsageError(`${path} holds no data`);
  const end = last.address + last.bytes.length;
  const span = end - first.address;
  const from = partitions["image-0"].offset;
  const isMerged = first.address < from && end > from && hasImageAt(segments, from);
  if (!isMerged && span <= SPAN_MAX_BYTES) return flattened(segments);
  const range = `${hexNumber(first.address)} to ${hexNumber(end)}`;
  throw new UsageError(
    `${path} reaches from ${range}: more than one image, maybe the bootloader too`,
  );
}

function hasImageAt(segments: readonly Segment[], address: number): boolean {
  return segments.some((segment) => {
    const at = address - segment.address;
    return at >= 0 && at < segment.bytes.length && hasImageMagic(segment.bytes, at);
  });
}

/** All of it, and nothing behind it: a trailer of `imgtool --pad` would be in the way. */
function soundImage(path: string, bytes: Uint8Array, address: number | undefined): Application {
  const { fault, end = 0 } = dissect(bytes);
  if (fault !== undefined) {
    throw new UsageError(`${path}: its image is damaged at byte ${fault.offset}: ${fault.said}`);
  }
  const extra = bytes.length - end;
  if (extra === 0) return { form: "image", image: bytes, address };
  throw new UsageError(`${path}: ${extra} bytes behind the image; imgtool adds them with --pad`);
}
