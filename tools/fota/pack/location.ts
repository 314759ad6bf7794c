import { InvalidArgumentError } from "@commander-js/extra-typings";
import { UsageError } from "../../command-line/usage-error.ts";

/** A job document's `location`. */
export type Location =
  | { readonly url: string }
  | { readonly protocol: "https"; readonly host: string; readonly path: string };

/** Where the files of a release will lie, as `--location` says it. */
export interface Place {
  /** Of a file of this name, and of others in the same folder. */
  readonly of: (fileName: string) => Location;
  /** It names a folder: any file's place is known. */
  readonly isFolder: boolean;
}

export interface PlaceOptions {
  /** The service makes URLs that it signs; the job needs a role for that. */
  readonly isPresigned: boolean;
  /** The bucket's, which its host name then has. */
  readonly region: string | undefined;
}

/** Parser of `--location`. @throws InvalidArgumentError */
export function locationText(text: string): string {
  if (/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/[^?#\s]*$/.test(text)) return text;
  if (/^https:\/\/[^/\s]+\/\S*$/.test(text)) return text;
  throw new InvalidArgumentError(
    "s3://BUCKET/KEY or https://HOST/PATH; one that ends with / is a folder",
  );
}

/**
 * @param text as `locationText` took it
 * @throws UsageError for options that only a bucket has
 */
export function placeOf(text: string, options: PlaceOptions): Place {
  const isFolder = text.endsWith("/");
  if (text.startsWith("s3:")) {
    const key = (name: string): string => (isFolder ? `${text}${name}` : text);
    return { isFolder, of: (fileName) => s3Location(key(fileName), options) };
  }
  if (options.isPresigned || options.region !== undefined) {
    throw new UsageError("--presigned and --region are for buckets: --location s3://BUCKET/KEY");
  }
  const url = (name: string): string => (isFolder ? `${text}${encodeURIComponent(name)}` : text);
  return { isFolder, of: (fileName) => ({ url: url(fileName) }) };
}

function s3Location(url: string, { isPresigned, region }: PlaceOptions): Location {
  const [, bucket = "", key = ""] = /^s3:\/\/([^/]+)\/(.*)$/.exec(url) ?? [];
  const service = region === undefined ? "s3.amazonaws.com" : `s3.${region}.amazonaws.com`;
  if (isPresigned)
    return { url: `\${aws:iot:s3-presigned-url:https://${service}/${bucket}/${key}}` };
  const path = key.split("/").map(encodeURIComponent).join("/");
  return { protocol: "https", host: `${bucket}.${service}`, path };
}
