import { UsageError } from "../../command-line/usage-error.ts";

export interface BucketObject {
  readonly bucket: string;
  readonly key: string;
}

const ofS3 = /^(?:(?<before>[^/]+)\.)?s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com$/;

/**
 * The object that a `location` of a job document stands for.
 * @param bucket what serves a host that is not S3's own: a local AWS
 * @throws UsageError
 */
export function objectOf(
  location: Readonly<Record<string, unknown>> | undefined,
  bucket: string | undefined,
): BucketObject {
  const { host, path } = partsOf(location ?? {});
  const s3 = ofS3.exec(host);
  const named = s3?.groups?.["before"];
  if (named !== undefined) return { bucket: named, key: path };
  const [first = "", ...rest] = path.split("/");
  if (s3 !== null || first === bucket) return { bucket: first, key: rest.join("/") };
  if (bucket !== undefined) return { bucket, key: path };
  throw new UsageError(
    `the files are to lie at https://${host}: --bucket NAME says which bucket that serves, ` +
      "--no-upload that they are there",
  );
}

function partsOf({ url, host, path }: Readonly<Record<string, unknown>>) {
  if (url === undefined) {
    return { host: String(host), path: decodeURIComponent(String(path).replace(/^\//, "")) };
  }
  const inner = /^\$\{aws:iot:s3-presigned-url:(.*)\}$/.exec(String(url))?.[1] ?? String(url);
  const [, authority = "", rest = ""] = /^https:\/\/([^/]+)\/([^?]*)/i.exec(inner) ?? [];
  return { host: authority, path: decodeURIComponent(rest) };
}
