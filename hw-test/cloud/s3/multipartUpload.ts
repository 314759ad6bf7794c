/** One part of an upload that is under way. */
export interface Part {
  readonly body: Buffer;
  readonly etag: string;
  readonly lastModifiedMs: number;
}

/** What CreateMultipartUpload began. */
export interface MultipartUpload {
  readonly uploadId: string;
  readonly key: string;
  readonly initiatedAtMs: number;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly algorithm: string;
  readonly checksumType: "FULL_OBJECT" | "COMPOSITE";
}
