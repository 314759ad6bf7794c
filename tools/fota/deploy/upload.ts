import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { asked } from "../aws/clients.ts";
import type { Upload } from "./release-file.ts";

/** @returns where they are now. @throws CommandFailed */
export async function putAll(s3: S3Client, uploads: readonly Upload[]): Promise<string[]> {
  const urls: string[] = [];
  for (const { bucket: Bucket, key: Key, bytes: Body, contentType: ContentType } of uploads) {
    const url = `s3://${Bucket}/${Key}`;
    await asked(url, s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType })));
    urls.push(url);
  }
  return urls;
}
