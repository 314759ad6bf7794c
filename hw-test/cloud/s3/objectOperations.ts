import type { Now } from "../clock.ts";
import { type HttpRequest, type HttpResponse, header } from "../http/message.ts";
import { checksumHeaders, fullChecksum } from "./checksum.ts";
import { checkWrite } from "./conditions.ts";
import { copyHeaders, copySource } from "./copySource.ts";
import { download } from "./download.ts";
import { etagOf, type ObjectStore, type StoredObject } from "./objects.ts";
import { answer, type S3Call, type S3Operation, xmlAnswer } from "./operation.ts";
import { notImplemented, S3Error } from "./s3Error.ts";
import { chosenAlgorithm, upload, uploadHeaders } from "./upload.ts";
import { element, text } from "./xml.ts";

/** What is kept with an object and sent with it, apart from its type. */
const keptHeaders = ["cache-control", "content-disposition", "content-language", "expires"];

const writeHeaders = ["x-amz-meta-*", "x-amz-storage-class"];

/** One object, read, written, copied or deleted as a whole. */
export function objectOperations(store: ObjectStore, now: Now): readonly S3Operation[] {
  const read = ({ bucket, key, request, fault }: S3Call) =>
    download(request, store.object(bucket, key), fault);
  const reading = { on: "object", headers: ["x-amz-checksum-mode"], run: read } as const;
  return [
    { name: "GetObject", method: "GET", ...reading },
    { name: "HeadObject", method: "HEAD", ...reading },
    {
      name: "PutObject",
      on: "object",
      method: "PUT",
      headers: [...writeHeaders, ...uploadHeaders],
      run: (call) => put(store, call, now()),
    },
    {
      name: "CopyObject",
      on: "object",
      method: "PUT",
      needsHeader: "x-amz-copy-source",
      headers: [
        ...writeHeaders,
        ...copyHeaders,
        "x-amz-metadata-directive",
        "x-amz-tagging-directive",
        "x-amz-checksum-algorithm",
      ],
      run: (call) => copy(store, call, now()),
    },
    { name: "DeleteObject", on: "object", method: "DELETE", run: (call) => remove(store, call) },
    {
      name: "GetObjectTagging",
      on: "object",
      method: "GET",
      needs: ["tagging"],
      run: ({ bucket, key }) => {
        store.object(bucket, key);
        // PutObjectTagging is not served: there are none.
        return xmlAnswer("Tagging", element("TagSet"));
      },
    },
  ];
}

/** What a writing request says about the object, apart from its bytes. */
export function describedObject(
  request: HttpRequest,
): Pick<StoredObject, "contentType" | "metadata"> {
  const storageClass = header(request, "x-amz-storage-class") ?? "STANDARD";
  if (storageClass !== "STANDARD") throw notImplemented(`storage class ${storageClass}`);
  const kept = Object.keys(request.headers)
    .filter((name) => name.startsWith("x-amz-meta-") || keptHeaders.includes(name))
    .map((name) => [name, header(request, name) ?? ""] as const);
  const encodings = (header(request, "content-encoding") ?? "")
    .split(",")
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding !== "" && encoding !== "aws-chunked");
  return {
    contentType: header(request, "content-type") ?? "application/octet-stream",
    metadata: {
      ...Object.fromEntries(kept),
      ...(encodings.length > 0 && { "content-encoding": encodings.join(",") }),
    },
  };
}

async function put(store: ObjectStore, call: S3Call, nowMs: number): Promise<HttpResponse> {
  const { bucket, key, request, chunks } = call;
  const { objects } = store.bucket(bucket);
  const described = describedObject(request);
  const { body, checksum } = await upload(request, chunks);
  checkWrite(call.request, objects.get(key));
  const etag = etagOf(body);
  objects.set(key, { ...described, body, etag, checksum, lastModifiedMs: nowMs });
  return answer(200, { ETag: etag, ...checksumHeaders(checksum) });
}

async function copy(store: ObjectStore, call: S3Call, nowMs: number): Promise<HttpResponse> {
  const { bucket, key, request } = call;
  const { objects } = store.bucket(bucket);
  const source = copySource(store, request);
  const isReplaced = directive(request, "x-amz-metadata-directive") === "REPLACE";
  if (source === objects.get(key) && !isReplaced) {
    const message = "This copy request is illegal because it is trying to copy an object to itself";
    throw new S3Error("InvalidRequest", `${message} without changing its metadata.`);
  }
  directive(request, "x-amz-tagging-directive");
  const described = describedObject(request);
  const algorithm = chosenAlgorithm(request) ?? source.checksum.algorithm;
  const checksum = await fullChecksum(source.body, algorithm);
  checkWrite(call.request, objects.get(key));
  const etag = etagOf(source.body);
  const copied = { ...source, ...(isReplaced && described), etag, checksum, lastModifiedMs: nowMs };
  objects.set(key, copied);
  const lastModified = text("LastModified", new Date(nowMs).toISOString());
  return xmlAnswer("CopyObjectResult", lastModified + text("ETag", etag));
}

function directive(request: HttpRequest, name: string): "COPY" | "REPLACE" {
  const value = header(request, name) ?? "COPY";
  if (value === "COPY" || value === "REPLACE") return value;
  throw new S3Error("InvalidArgument", `Unknown ${name}: ${value}`);
}

function remove(store: ObjectStore, call: S3Call): HttpResponse {
  const { objects } = store.bucket(call.bucket);
  checkWrite(call.request, objects.get(call.key));
  objects.delete(call.key);
  return answer(204);
}
