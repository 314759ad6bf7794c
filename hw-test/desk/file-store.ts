import { fileReply, httpReply } from "../model/http-reply.ts";
import type { HttpReply, HttpRequest } from "../model/http-server.ts";
import type { Firmware } from "./images.ts";
import type { JobsCloud } from "./jobs-cloud.ts";

/** S3 as one bucket: objects with an ETag, behind presigned URLs. */
export class FileStore {
  private readonly cloud: JobsCloud;
  private readonly objects = new Map<
    string,
    { readonly bytes: Uint8Array; readonly etag: string }
  >();
  private generation = 0;

  constructor(cloud: JobsCloud) {
    this.cloud = cloud;
  }

  /** Puts its files, in the place of earlier ones of that version. */
  put(firmware: Firmware): void {
    this.generation += 1;
    const etag = `"${firmware.version}-${this.generation}"`;
    this.objects.set(`/${firmware.version}.hex`, { bytes: firmware.hex, etag });
    for (const { key, bytes } of firmware.patches) this.objects.set(`/${key}`, { bytes, etag });
  }

  bytes(path: string): { readonly bytes: Uint8Array; readonly etag: string } | undefined {
    return this.objects.get(path.split("?")[0] ?? "");
  }

  /** What a good server says. */
  reply(request: HttpRequest): HttpReply {
    const object = this.bytes(request.path);
    if (!this.cloud.isUrlValid(request.path)) return httpReply({ status: "403 Forbidden" });
    if (object === undefined) return httpReply({ status: "404 Not Found" });
    return fileReply(request, { file: object.bytes, etag: object.etag });
  }
}
