import { parse } from "node:path";
import { UsageError } from "../../command-line/usage-error.ts";
import { toHex } from "../../image/hex.ts";
import { releaseFields } from "../../image/release.ts";
import { SigningKey } from "../../image/sign.ts";
import { developmentKey } from "../../keys/development.mjs";
import { readJobFile } from "../job-file.ts";
import { signingKey } from "../key-files.ts";
import type { PackedImage } from "./image.ts";
import { type PlaceOptions, placeOf } from "./location.ts";

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
  const fields = releaseFields({ image, version, hardware, securityCounter, expires }, key?.key);
  const document = {
    operation: "app_fw_update",
    size: hex.length,
    filename,
    location: placeOf(wishes.location, { isPresigned, region }).of(filename),
    fwversion: version,
    ...fields,
    ...(key && { keyId: key.id }),
    ...(minVersion !== undefined && { minVersion }),
  };
  const contents = `${JSON.stringify(document, undefined, 2)}\n`;
  readJobFile("the job document", Buffer.from(contents));
  return {
    files: [
      { path: paths.hex, contents: hex },
      { path: paths.job, contents },
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
    },
  };
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
