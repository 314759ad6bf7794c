import { Failure } from "../../firmware/failure.ts";
import { type JobDocument, parseJobDocument } from "../../firmware/job/document.ts";
import { JsonReader } from "../../firmware/job/json/reader.ts";
import { hexExecution } from "../../firmware/job/message-fields.ts";
import { UsageError } from "../command-line/usage-error.ts";

/** What AWS IoT has room for (Jobs, "document"). */
const DOCUMENT_MAX_BYTES = 32 * 1024;
const PLACEHOLDER = /\$\{aws:iot:s3-presigned-url:(https:[^}]*)\}/g;

/**
 * A job document as the tracker would take it, by its own reader and checks. The service's placeholder
 * for a presigned URL stands for the URL in it.
 * @throws UsageError that names the field, with the code that the job would end with
 */
export function readJobFile(name: string, file: Uint8Array): JobDocument {
  const text = Buffer.from(file).toString("utf8");
  requireJson(name, text);
  if (file.length > DOCUMENT_MAX_BYTES) {
    throw new UsageError(`${name}: ${file.length} bytes, a job document has at most 32 KB`);
  }
  const message = `{"execution":{"jobDocument":${text.replace(PLACEHOLDER, "$1")}}}`;
  const payload = Buffer.from(message);
  const reader = new JsonReader([hexExecution]);
  reader.push(payload, 0, payload.length);
  if (reader.end() !== "sound") {
    throw new UsageError(`${name}: nested too deep, or a field is there twice (DOCUMENT_INVALID)`);
  }
  try {
    return parseJobDocument("", reader.message.at("execution").at("jobDocument"));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new UsageError(`${name}: ${error.detail} (${error.code})`);
  }
}

function requireJson(name: string, text: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${name}: ${(error as Error).message}`);
  }
}
