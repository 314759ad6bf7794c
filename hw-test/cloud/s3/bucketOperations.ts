import type { Now } from "../clock.ts";
import type { HttpResponse } from "../http/message.ts";
import { listObjects, listObjectsV2 } from "./listing.ts";
import type { ObjectStore } from "./objects.ts";
import { answer, type S3Call, type S3Operation, xmlAnswer } from "./operation.ts";
import { notImplemented, S3Error } from "./s3Error.ts";
import { contentsOf, element, text, textOf } from "./xml.ts";

const listNames = ["prefix", "delimiter", "max-keys", "encoding-type"];

/** Buckets, and lists of what is in them. */
export function bucketOperations(options: {
  readonly store: ObjectStore;
  readonly region: string;
  readonly now: Now;
}): readonly S3Operation[] {
  const { store, region, now } = options;
  return [
    { name: "ListBuckets", on: "service", method: "GET", run: () => listBuckets(store) },
    {
      name: "CreateBucket",
      on: "bucket",
      method: "PUT",
      run: (call) => createBucket(store, call, { region, nowMs: now() }),
    },
    {
      name: "HeadBucket",
      on: "bucket",
      method: "HEAD",
      run: ({ bucket }) => {
        store.bucket(bucket);
        return answer(200, { "x-amz-bucket-region": region });
      },
    },
    {
      name: "DeleteBucket",
      on: "bucket",
      method: "DELETE",
      run: ({ bucket }) => deleteBucket(store, bucket),
    },
    {
      name: "GetBucketLocation",
      on: "bucket",
      method: "GET",
      needs: ["location"],
      run: ({ bucket }) => {
        store.bucket(bucket);
        return xmlAnswer("LocationConstraint", region === "us-east-1" ? "" : region);
      },
    },
    {
      name: "ListObjects",
      on: "bucket",
      method: "GET",
      takes: [...listNames, "marker"],
      run: (call) => listObjects(store.bucket(call.bucket), call),
    },
    {
      name: "ListObjectsV2",
      on: "bucket",
      method: "GET",
      needs: ["list-type"],
      takes: [...listNames, "start-after", "continuation-token"],
      run: (call) => listObjectsV2(store.bucket(call.bucket), call),
    },
    {
      name: "DeleteObjects",
      on: "bucket",
      method: "POST",
      needs: ["delete"],
      headers: ["x-amz-sdk-checksum-algorithm", "x-amz-checksum-*"],
      run: (call) => deleteObjects(store, call),
    },
  ];
}

function listBuckets(store: ObjectStore): HttpResponse {
  const items = store
    .all()
    .map(({ name, createdAtMs }) =>
      element(
        "Bucket",
        text("Name", name),
        text("CreationDate", new Date(createdAtMs).toISOString()),
      ),
    );
  return xmlAnswer("ListAllMyBucketsResult", element("Buckets", ...items));
}

function createBucket(
  store: ObjectStore,
  { bucket, request }: S3Call,
  { region, nowMs }: { readonly region: string; readonly nowMs: number },
): HttpResponse {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw new S3Error("InvalidBucketName", "The specified bucket is not valid.");
  }
  const asked = textOf(request.body.toString("utf8"), "LocationConstraint");
  if (asked !== undefined && asked !== region) {
    throw new S3Error(
      "IllegalLocationConstraintException",
      `The ${asked} location constraint is incompatible for the region ${region}`,
    );
  }
  if (!store.createBucket(bucket, nowMs)) {
    throw new S3Error("BucketAlreadyOwnedByYou", "You have created this bucket before.");
  }
  return answer(200, { Location: `/${bucket}` });
}

function deleteBucket(store: ObjectStore, name: string): HttpResponse {
  if (store.bucket(name).objects.size > 0) {
    throw new S3Error("BucketNotEmpty", "The bucket you tried to delete is not empty");
  }
  store.deleteBucket(name);
  return answer(204);
}

function deleteObjects(store: ObjectStore, { bucket, request }: S3Call): HttpResponse {
  const { objects } = store.bucket(bucket);
  const body = request.body.toString("utf8");
  const asked = contentsOf(body, "Object");
  const keys = asked.map((one) => textOf(one, "Key") ?? "");
  if (keys.length === 0 || keys.includes("")) {
    throw new S3Error("MalformedXML", "The XML you provided was not well-formed");
  }
  // A condition or a version that is not looked at would delete what was to stay.
  for (const name of ["VersionId", "ETag", "LastModifiedTime", "Size"]) {
    if (asked.some((one) => textOf(one, name) !== undefined)) {
      throw notImplemented(`${name} of DeleteObjects`);
    }
  }
  for (const key of keys) objects.delete(key);
  const isQuiet = textOf(body, "Quiet") === "true";
  const deleted = keys.map((key) => element("Deleted", text("Key", key)));
  return xmlAnswer("DeleteResult", isQuiet ? "" : deleted.join(""));
}
