import { createHash } from "node:crypto";
import { join, parse } from "node:path";
import { baseDigest } from "../../../firmware/patch/header.ts";
import { UsageError } from "../../command-line/usage-error.ts";
import { toHex } from "../../image/hex.ts";
import { imageHash } from "../../image/mcuboot.ts";
import { releaseFields } from "../../image/release.ts";
import { SigningKey } from "../../image/sign.ts";
import { developmentKey } from "../../keys/development.mjs";
import { packPatches } from "../../patch/pack.ts";
import { readJobFile } from "../job-file.ts";
import { signingKey } from "../key-files.ts";
import { readImageFile } from "./application.ts";
import type { PackedImage } from "./image.ts";
import { type Place, type PlaceOptions, placeOf } from "./location.ts";

/** What the options say of the release. */
export interface ReleaseWishes extends Omit<PlaceOptions, "region"> {
  readonly location: string;
  readonly region?: string | undefined;
  readonly recordBytes: number;
  readonly hardware?: string | undefined;
  /** Seconds since 1970. */
  readonly expires?: number | undefined;
  readonly minVersion?: string | undefined;
  /** PEM file; the development key if left out. */
  readonly key?: string | undefined;
  readonly isUnsigned: boolean;
  /** Files of the images that patches start from. */
  readonly from: readonly string[];
  /** The whole image packed, too; patches always bring it along. */
  readonly isPacked: boolean;
}

/** What `--json` prints. */
export interface ReleaseFacts {
  /** Paths. */
  readonly hex: string;
  readonly job: string;
  readonly version: string;
  readonly address: number;
  readonly recordBytes: number;
  readonly securityCounter: number;
  readonly sha256: string;
  /** undefined: not signed. */
  readonly keyId: string | undefined;
  readonly bytes: { readonly image: number; readonly hex: number };
  /** In the document's order; `from` is the digest of the old image's TLVs, none for the packed image. */
  readonly patches: readonly {
    readonly path: string;
    readonly from?: string | undefined;
    readonly bytes: number;
  }[];
}

export interface ReleaseFiles {
  readonly files: readonly { readonly path: string; readonly contents: string | Uint8Array }[];
  readonly facts: ReleaseFacts;
}

/**
 * The HEX file and the job document, held against the tracker's own reader of documents.
 * @param base path of the files without their endings
 * @throws UsageError
 */
export function makeRelease(
  packed: PackedImage,
  wishes: ReleaseWishes,
  base: string,
): ReleaseFiles {
  const { image, address, version, securityCounter } = packed;
  const { recordBytes, hardware, expires, minVersion, region, isPresigned } = wishes;
  const hex = toHex(image, { address, recordBytes });
  const paths = { hex: `${base}.hex`, job: `${base}.job.json` };
  const filename = parse(paths.hex).base;
  const key = releaseKey(wishes);
  const place = placeOf(wishes.location, { isPresigned, region });
  const patches = makePatches(image, wishes, place);
  const fields = releaseFields({ image, version, hardware, securityCounter, expires }, key?.key);
  const document = {
    operation: "app_fw_update",
    size: hex.length,
    filename,
    location: place.of(filename),
    fwversion: version,
    ...fields,
    ...(key && { keyId: key.id }),
    ...(minVersion !== undefined && { minVersion }),
    ...(patches.length > 0 && { patches: patches.map(({ entry }) => entry) }),
  };
  const contents = `${JSON.stringify(document, undefined, 2)}\n`;
  readJobFile("the job document", Buffer.from(contents));
  const beside = (name: string): string => join(parse(paths.hex).dir, name);
  return {
    files: [
      { path: paths.hex, contents: hex },
      { path: paths.job, contents },
      ...patches.map(({ name, bytes }) => ({ path: beside(name), contents: bytes })),
    ],
    facts: {
      ...paths,
      version,
      address,
      recordBytes,
      securityCounter,
      sha256: String(fields["sha256"]),
      keyId: key?.id,
      bytes: { image: image.length, hex: hex.length },
      patches: patches.map(({ name, entry }) => {
        return { path: beside(name), from: entry.from, bytes: entry.size };
      }),
    },
  };
}

interface Patch {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** docs/job-document.md, "Patches". */
  readonly entry: {
    readonly from?: string;
    readonly size: number;
    readonly location: ReturnType<Place["of"]>;
  };
}

/** @throws UsageError */
function makePatches(
  image: Uint8Array,
  { from, isPacked }: ReleaseWishes,
  place: Place,
): readonly Patch[] {
  if (from.length === 0 && !isPacked) return [];
  if (!place.isFolder) {
    throw new UsageError("--from and --packed make more files: --location has to end with /");
  }
  const olds = from.map((path) => readImageFile("--from", path));
  const hashes = new Map(olds.map((old) => [sha256(old), imageHash(old)]));
  const files = packPatches(image, olds, (name) => ({ location: place.of(name) }));
  return files.map(({ name, bytes }) => {
    // A job names an image by the digest in its TLVs, a patch by that of all its bytes.
    const from = hashes.get(Buffer.from(baseDigest(bytes)).toString("hex"));
    const entry = { ...(from && { from }), size: bytes.length, location: place.of(name) };
    return { name, bytes, entry };
  });
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A key's file has its id for a name, as in `--configKeys`. */
function releaseKey(
  wishes: ReleaseWishes,
): { readonly id: string; readonly key: SigningKey } | undefined {
  const { key, isUnsigned } = wishes;
  if (isUnsigned && key !== undefined) throw new UsageError("--unsigned: then --key signs nothing");
  if (isUnsigned) return undefined;
  if (key === undefined) return { id: "development", key: new SigningKey(developmentKey()) };
  const id = parse(key).name;
  if (id.length <= 32) return { id, key: signingKey("--key", key) };
  throw new UsageError(`--key ${key}: its name is the key's id, of at most 32 characters`);
}
