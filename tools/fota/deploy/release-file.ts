import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { JobDocument } from "../../../firmware/job/document.ts";
import { UsageError } from "../../command-line/usage-error.ts";
import { fileBytes } from "../../command-line/values.ts";
import { flattened, readHexFile } from "../hex-file.ts";
import { readJobFile } from "../job-file.ts";
import { type BucketObject, objectOf } from "./bucket-object.ts";

/** A file that goes into a bucket. */
export interface Upload extends BucketObject {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

/** What `fota pack` made, held against itself. */
export interface ReleaseFile {
  /** Of the document. */
  readonly path: string;
  readonly document: string;
  readonly facts: JobDocument;
  readonly isPresigned: boolean;
  readonly uploads: readonly Upload[];
}

interface Entry {
  readonly size: number;
  readonly location?: Readonly<Record<string, unknown>>;
}

/**
 * @param file VERSION.hex or VERSION.job.json, which lie side by side
 * @param bucket where the document does not name a bucket of S3; "none": the files are there already
 * @throws UsageError: no such pair, or files that are not the document's
 */
export function readRelease(
  file: string,
  bucket: { readonly name: string | undefined; readonly isUploaded: boolean },
): ReleaseFile {
  const base = file.replace(/(\.job\.json|\.hex)$/i, "");
  if (base === file) throw new UsageError(`${file}: VERSION.hex or VERSION.job.json of fota pack`);
  const path = `${base}.job.json`;
  if (!existsSync(path)) throw new UsageError(`${path} is not there: fota pack makes it`);
  const bytes = fileBytes("", path);
  const facts = readJobFile(path, bytes);
  const document = Buffer.from(bytes).toString("utf8");
  const isPresigned = document.includes("${aws:iot:s3-presigned-url:");
  const uploads = bucket.isUploaded ? uploadsOf({ path, document, facts }, bucket.name) : [];
  return { path, document, facts, isPresigned, uploads };
}

function uploadsOf(
  { path, document, facts }: Pick<ReleaseFile, "path" | "document" | "facts">,
  bucket: string | undefined,
): Upload[] {
  const { location, patches = [] } = JSON.parse(document) as Entry & { patches?: Entry[] };
  const hexPath = path.replace(/\.job\.json$/, ".hex");
  const hex = fileBytes("", hexPath);
  requireSame(hexPath, hex, facts);
  const folder = dirname(path);
  return [
    { ...objectOf(location, bucket), path: hexPath, bytes: hex, contentType: "text/x-hex" },
    ...patches.map((entry) => {
      const object = objectOf(entry.location, bucket);
      const own = join(folder, basename(object.key));
      const bytes = fileBytes("", own);
      if (bytes.length !== entry.size) throw new UsageError(`${own} is not the document's patch`);
      return { ...object, path: own, bytes, contentType: "application/octet-stream" };
    }),
  ];
}

/** A file that every tracker would refuse is not sent to any. */
function requireSame(path: string, hex: Buffer, { size, sha256 }: JobDocument): void {
  if (hex.length !== size) {
    throw new UsageError(`${path}: ${hex.length} bytes, its job document says ${size}`);
  }
  const { bytes } = flattened(readHexFile(path, hex).segments);
  const digest = createHash("sha256").update(bytes).digest();
  if (sha256 !== undefined && !digest.equals(sha256)) {
    throw new UsageError(`${path}: its SHA-256 is not that of its job document`);
  }
}
