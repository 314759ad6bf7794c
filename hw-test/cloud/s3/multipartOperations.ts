import { createHash, randomUUID } from "node:crypto";
import type { Now } from "../clock.ts";
import { type HttpResponse, header } from "../http/message.ts";
import {
  algorithmOf,
  checksumHeaders,
  compositeChecksum,
  defaultAlgorithm,
  fullChecksum,
} from "./checksum.ts";
import { checkWrite } from "./conditions.ts";
import { copyHeaders, copySource } from "./copySource.ts";
import type { MultipartUpload, Part } from "./multipartUpload.ts";
import { describedObject } from "./objectOperations.ts";
import { etagOf, type ObjectStore } from "./objects.ts";
import { answer, type S3Call, type S3Operation, xmlAnswer } from "./operation.ts";
import { S3Error } from "./s3Error.ts";
import { badDigest, chosenAlgorithm, upload, uploadHeaders } from "./upload.ts";
import { contentsOf, element, text, textOf } from "./xml.ts";

/** S3 user guide, "Amazon S3 multipart upload limits". */
const partNumberMax = 10_000;
const partMinBytes = 5 * 1024 * 1024;

/** Upload in parts (S3 user guide, "Uploading and copying objects using multipart upload"). */
export function multipartOperations(store: ObjectStore, now: Now): readonly S3Operation[] {
  const onPart = { on: "object", method: "PUT", needs: ["partNumber", "uploadId"] } as const;
  return [
    {
      name: "CreateMultipartUpload",
      on: "object",
      method: "POST",
      needs: ["uploads"],
      headers: [
        "x-amz-meta-*",
        "x-amz-storage-class",
        "x-amz-checksum-algorithm",
        "x-amz-checksum-type",
      ],
      run: (call) => create(store, call, now()),
    },
    {
      name: "UploadPart",
      ...onPart,
      headers: uploadHeaders,
      run: (call) => putPart(store, call, now()),
    },
    {
      name: "UploadPartCopy",
      ...onPart,
      needsHeader: "x-amz-copy-source",
      headers: [...copyHeaders, "x-amz-copy-source-range"],
      run: (call) => copyPart(store, call, now()),
    },
    {
      name: "CompleteMultipartUpload",
      on: "object",
      method: "POST",
      needs: ["uploadId"],
      headers: ["x-amz-checksum-*", "x-amz-mp-object-size"],
      run: (call) => complete(store, call, now()),
    },
    {
      name: "AbortMultipartUpload",
      on: "object",
      method: "DELETE",
      needs: ["uploadId"],
      run: (call) => {
        const { uploadId } = uploadOf(store, call);
        store.endUpload(call.bucket, uploadId);
        return answer(204);
      },
    },
    {
      name: "ListParts",
      on: "object",
      method: "GET",
      needs: ["uploadId"],
      run: (call) => listParts(store, call),
    },
    {
      name: "ListMultipartUploads",
      on: "bucket",
      method: "GET",
      needs: ["uploads"],
      run: (call) => listUploads(store, call),
    },
  ];
}

function create(store: ObjectStore, call: S3Call, nowMs: number): HttpResponse {
  const { bucket, key, request } = call;
  const { uploads } = store.bucket(bucket);
  const algorithm = chosenAlgorithm(request) ?? defaultAlgorithm;
  const usual = algorithm === defaultAlgorithm ? "FULL_OBJECT" : "COMPOSITE";
  const checksumType = header(request, "x-amz-checksum-type") ?? usual;
  if (checksumType !== "FULL_OBJECT" && checksumType !== "COMPOSITE") {
    throw new S3Error("InvalidRequest", `Checksum type ${checksumType} is not valid.`);
  }
  const uploadId = randomUUID();
  uploads.set(uploadId, {
    ...describedObject(request),
    uploadId,
    key,
    initiatedAtMs: nowMs,
    algorithm,
    checksumType,
  });
  const names = text("Bucket", bucket) + text("Key", key);
  return xmlAnswer("InitiateMultipartUploadResult", names + text("UploadId", uploadId), {
    "x-amz-checksum-algorithm": algorithm,
    "x-amz-checksum-type": checksumType,
  });
}

/** @throws S3Error NoSuchUpload */
function uploadOf(store: ObjectStore, { bucket, key, query }: S3Call): MultipartUpload {
  const found = store.bucket(bucket).uploads.get(query["uploadId"]?.[0] ?? "");
  if (found?.key === key) return found;
  throw new S3Error("NoSuchUpload", "The specified multipart upload does not exist.");
}

function partNumberOf({ query }: S3Call): number {
  const spelled = query["partNumber"]?.[0] ?? "";
  const number = /^\d{1,5}$/.test(spelled) ? Number(spelled) : 0;
  if (number >= 1 && number <= partNumberMax) return number;
  throw new S3Error("InvalidArgument", `Part number must be 1 to ${partNumberMax}`);
}

async function putPart(store: ObjectStore, call: S3Call, nowMs: number): Promise<HttpResponse> {
  const { uploadId } = uploadOf(store, call);
  const number = partNumberOf(call);
  const { body, checksum } = await upload(call.request, call.chunks);
  const etag = etagOf(body);
  store.parts(uploadId).set(String(number), { body, etag, lastModifiedMs: nowMs });
  return answer(200, { ETag: etag, ...checksumHeaders(checksum) });
}

function copyPart(store: ObjectStore, call: S3Call, nowMs: number): HttpResponse {
  const { uploadId } = uploadOf(store, call);
  const number = partNumberOf(call);
  const whole = copySource(store, call.request).body;
  const body = partOf(whole, header(call.request, "x-amz-copy-source-range"));
  const etag = etagOf(body);
  store.parts(uploadId).set(String(number), { body, etag, lastModifiedMs: nowMs });
  const lastModified = text("LastModified", new Date(nowMs).toISOString());
  return xmlAnswer("CopyPartResult", lastModified + text("ETag", etag));
}

function partOf(whole: Buffer, range: string | undefined): Buffer {
  if (range === undefined) return whole;
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
  const start = Number(first);
  const end = Number(last) + 1;
  if (start < end && end <= whole.length) return whole.subarray(start, end);
  throw new S3Error("InvalidArgument", `The x-amz-copy-source-range ${range} is not valid`);
}

async function complete(store: ObjectStore, call: S3Call, nowMs: number): Promise<HttpResponse> {
  const { bucket, key, request } = call;
  const { objects } = store.bucket(bucket);
  const begun = uploadOf(store, call);
  const parts = listedParts(store.parts(begun.uploadId), request.body.toString("utf8"));
  const bodies = parts.map(({ body }) => body);
  const body = Buffer.concat(bodies);
  const { algorithm, checksumType, uploadId, contentType, metadata } = begun;
  const make = checksumType === "COMPOSITE" ? compositeChecksum : undefined;
  const checksum = await (make?.(bodies, algorithm) ?? fullChecksum(body, algorithm));
  for (const name of Object.keys(request.headers).filter(algorithmOf)) {
    const isSame = algorithmOf(name) === algorithm && header(request, name) === checksum.value;
    if (!isSame) throw badDigest(name);
  }
  const size = header(request, "x-amz-mp-object-size");
  if (size !== undefined && Number(size) !== body.length) {
    throw new S3Error("InvalidRequest", `The parts are ${body.length} bytes, not ${size}`);
  }
  checkWrite(call.request, objects.get(key));
  const etag = etagOfParts(parts);
  objects.set(key, { body, contentType, metadata, etag, checksum, lastModifiedMs: nowMs });
  store.endUpload(bucket, uploadId);
  const element = `Checksum${algorithm}`;
  const content = [
    text("Location", `/${bucket}/${key}`),
    text("Bucket", bucket),
    text("Key", key),
    text("ETag", etag),
    text(element, checksum.value),
    text("ChecksumType", checksum.type),
  ];
  return xmlAnswer("CompleteMultipartUploadResult", content.join(""));
}

/** The parts that the request lists, in its order, each as it was uploaded. */
function listedParts(parts: ReadonlyMap<string, Part>, body: string): Part[] {
  const listed = contentsOf(body, "Part");
  if (listed.length === 0) throw new S3Error("MalformedXML", "You must specify at least one part");
  const numbers = listed.map((content) => Number(textOf(content, "PartNumber")));
  if (numbers.some((number, index) => number <= (numbers[index - 1] ?? 0))) {
    throw new S3Error("InvalidPartOrder", "The list of parts was not in ascending order.");
  }
  return listed.map((content, index) => {
    const number = numbers[index] ?? 0;
    const etag = textOf(content, "ETag")?.replaceAll('"', "");
    const part = parts.get(String(number));
    if (part === undefined || part.etag !== `"${etag}"`) {
      throw new S3Error("InvalidPart", `Part ${number} was not uploaded with this entity tag.`);
    }
    if (index < listed.length - 1 && part.body.length < partMinBytes) {
      const message = `Part ${number} is smaller than the minimum of ${partMinBytes} bytes`;
      throw new S3Error("EntityTooSmall", message);
    }
    return part;
  });
}

function etagOfParts(parts: readonly Part[]): string {
  const sums = parts.map(({ etag }) => Buffer.from(etag.slice(1, -1), "hex"));
  const sum = createHash("md5").update(Buffer.concat(sums)).digest("hex");
  return `"${sum}-${parts.length}"`;
}

function listParts(store: ObjectStore, call: S3Call): HttpResponse {
  const { uploadId, key } = uploadOf(store, call);
  const items = [...store.parts(uploadId)]
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([number, { body, etag, lastModifiedMs }]) =>
      element(
        "Part",
        text("PartNumber", number),
        text("LastModified", new Date(lastModifiedMs).toISOString()),
        text("ETag", etag),
        text("Size", body.length),
      ),
    );
  const names = [text("Bucket", call.bucket), text("Key", key), text("UploadId", uploadId)];
  const content = [...names, text("IsTruncated", false), ...items];
  return xmlAnswer("ListPartsResult", content.join(""));
}

function listUploads(store: ObjectStore, { bucket }: S3Call): HttpResponse {
  const items = [...store.bucket(bucket).uploads.values()].map(({ key, uploadId, initiatedAtMs }) =>
    element(
      "Upload",
      text("Key", key),
      text("UploadId", uploadId),
      text("Initiated", new Date(initiatedAtMs).toISOString()),
    ),
  );
  const content = [text("Bucket", bucket), text("IsTruncated", false), ...items];
  return xmlAnswer("ListMultipartUploadsResult", content.join(""));
}
