import type { HttpRequest, HttpResponse } from "./http/message.ts";
import type { S3Service } from "./s3/service.ts";

/** How a test bends the answer to one request of a tracker. */
export type FileFault =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly ignoreRange: true }
  | { readonly etag: string };

/** @param index 1 for the first request to the file server since the cloud started */
export type OnFileRequest = (index: number, request: HttpRequest) => FileFault | undefined;

export interface FileCounters {
  readonly requests: number;
  /** Bytes of response bodies that have left for the network. */
  readonly bytesSent: number;
}

/** S3 as trackers see it, over HTTPS: counted, and bent where a test wants it. */
export class FileService {
  private readonly s3: S3Service;
  private readonly onRequest: OnFileRequest;
  private requests = 0;
  private bytesSent = 0;

  constructor(s3: S3Service, onRequest: OnFileRequest) {
    this.s3 = s3;
    this.onRequest = onRequest;
  }

  async handle(request: HttpRequest): Promise<HttpResponse> {
    this.requests += 1;
    const fault = this.onRequest(this.requests, request);
    if (fault === undefined) return this.s3.handle(request);
    if (!("status" in fault)) return this.s3.handle(request, fault);
    const headers = { "Content-Type": "application/xml", ...fault.headers };
    return { status: fault.status, headers, body: Buffer.from("<Error/>") };
  }

  countSent(byteCount: number): void {
    this.bytesSent += byteCount;
  }

  counters(): FileCounters {
    return { requests: this.requests, bytesSent: this.bytesSent };
  }
}
