/** Which bucket and object a request is about. */
export interface Address {
  /** Empty: the service itself. */
  readonly bucket: string;
  /** Empty: the bucket itself. */
  readonly key: string;
}

const virtualHost = /^([a-z0-9][a-z0-9.-]*)\.(?:s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com|localhost)$/;

/**
 * Both ways S3 is addressed: the bucket as first label of the host (virtual-hosted style), or as
 * first part of the path.
 * @param hostHeader may end in a port
 * @param path percent-encoded
 */
export function parseAddress(hostHeader: string, path: string): Address {
  const host = hostHeader.replace(/:\d+$/, "").toLowerCase();
  const rest = path.slice(1);
  const [, bucket] = virtualHost.exec(host) ?? [];
  if (bucket !== undefined) return { bucket, key: decodeURIComponent(rest) };
  const slash = rest.indexOf("/");
  if (slash < 0) return { bucket: decodeURIComponent(rest), key: "" };
  return {
    bucket: decodeURIComponent(rest.slice(0, slash)),
    key: decodeURIComponent(rest.slice(slash + 1)),
  };
}
