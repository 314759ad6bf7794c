/** Where a placeholder in a job document points. */
export interface ObjectAddress {
  readonly bucket: string;
  readonly key: string;
}

/** A URL that gives access to the object for `expiresInS` seconds from now. */
export type Presign = (object: ObjectAddress, expiresInS: number) => string;

const placeholder = /\$\{aws:iot:s3-presigned-url:(https:\/\/[^}]*)\}/g;

/**
 * Replaces each `${aws:iot:s3-presigned-url:URL}` by a URL made now (AWS IoT developer guide,
 * "Presigned URLs"). What is no S3 URL stays as it is.
 */
export function resolvePlaceholders(
  document: string,
  expiresInS: number,
  presign: Presign,
): string {
  return document.replace(placeholder, (whole, url: string) => {
    const object = parseObjectUrl(url);
    return object === undefined ? whole : presign(object, expiresInS);
  });
}

const host = "s3(?:[.-][a-z0-9-]+)?\\.amazonaws\\.com";
const pathStyle = new RegExp(`^https://${host}/([^/]+)/(.+)$`);
const virtualHostStyle = new RegExp(`^https://([^/]+)\\.${host}/(.+)$`);

/** Both styles of S3 URL; undefined for any other. */
export function parseObjectUrl(url: string): ObjectAddress | undefined {
  const match = pathStyle.exec(url) ?? virtualHostStyle.exec(url);
  const [, bucket, key] = match ?? [];
  if (bucket === undefined || key === undefined) return undefined;
  return { bucket, key: decodeURIComponent(key) };
}
