import { config } from "../config.ts";
import { Failure } from "../failure.ts";
import type { FileLocation } from "../url.ts";
import {
  countField,
  invalid,
  numberField,
  optionalCountField,
  optionalTextField,
  textField,
} from "./document-fields.ts";
import { byteCountOf, decodeBase64, decodeHex } from "./encodings.ts";
import type { JsonValue } from "./json/value.ts";
import { parseLocation } from "./location.ts";

/** What a job document says of its file, but for where it lies. */
export interface FileFacts {
  /** Length of the HEX file in bytes, at least 1. */
  readonly size: number;
  /** For people. */
  readonly filename?: string | undefined;
  /** The document's `fwversion`. */
  readonly version: string;
  /** CRC-32/ISO-HDLC of the image from its lowest to its highest address, gaps 0xFF. */
  readonly crc32?: number | undefined;
  /** 32 bytes, over the same as `crc32`. */
  readonly sha256?: Uint8Array | undefined;
  /** ECDSA P-256 in DER over the release statement, at most 72 bytes. */
  readonly signature?: Uint8Array | undefined;
  /** The trust anchor that signed it; any may have where it is not named. */
  readonly keyId?: string | undefined;
  /** 0 where the document names none. */
  readonly securityCounter: number;
  /** Seconds since 1970 after which the release is not to be installed; 0 for never. */
  readonly expires: number;
  /** Bytes from the lowest to the highest address. */
  readonly imageSize?: number | undefined;
  /** The hardware that the image is for. */
  readonly hardware?: string | undefined;
  /** The lowest version from which the update is allowed. */
  readonly minVersion?: string | undefined;
}

/** A firmware update as a job document orders it; docs/job-document lists the fields. */
export interface JobDocument extends FileFacts {
  readonly jobId: string;
  readonly location: FileLocation;
}

const operation = "app_fw_update";

/**
 * Checks a job document and takes from it what the update needs; fields that are not ours are left
 * alone. An optional field that is there must be right: a digest that cannot be read is not one
 * that was not asked for.
 * @param document the execution's `jobDocument`, while its message is the last one; absent where
 *   the service sent none, or where it came in a message that this client does not take
 * @throws Failure DOCUMENT_INVALID, OPERATION_UNSUPPORTED, LOCATION_UNSUPPORTED, URL_TOO_LONG; its
 *   detail names the field
 */
export function parseJobDocument(jobId: string, document: JsonValue): JobDocument {
  const facts = parseFacts(document);
  return Object.assign({ jobId, location: parseLocation(document.at("location")) }, facts);
}

/** Where a patch of the list lies, in a document that was read for that. Throws as parseLocation. */
export function parsePatchLocation(document: JsonValue): FileLocation {
  if (document.kind() !== "object") return invalid("document", "missing");
  return parseLocation(document.at("patches").at("location"));
}

/** Throws as parseJobDocument does, but for locations: those are not looked at. */
export function parseFacts(document: JsonValue): FileFacts {
  if (document.kind() === "absent")
    return invalid("document", "missing, or longer than this client takes");
  if (document.kind() !== "object") return invalid("document", "not an object");
  checkOperation(document);
  const text = config.documentTextMaxChars;
  return {
    size: countField(document, "size"),
    filename: optionalTextField(document, "filename", text),
    version: textField(document, "fwversion", text),
    crc32: crc32Field(document),
    sha256: encodedField(document, { name: "sha256", byteCount: 32, decode: decodeHex }),
    signature: signatureField(document),
    keyId: optionalTextField(document, "keyId", text),
    securityCounter: numberField(document, "securityCounter", config.securityCounterMax),
    expires: numberField(document, "expires", config.expiresMax),
    imageSize: optionalCountField(document, "imageSize"),
    hardware: optionalTextField(document, "hardware", text),
    minVersion: optionalTextField(document, "minVersion", text),
  };
}

function checkOperation(document: JsonValue): void {
  const asked = document.at("operation");
  if (asked.kind() !== "string")
    invalid("operation", asked.kind() === "absent" ? "missing" : "not a string");
  if (asked.text() !== operation) {
    throw new Failure("OPERATION_UNSUPPORTED", `operation: not ${operation}`);
  }
}

/** In DER its length differs from one to the next. */
function signatureField(document: JsonValue): Uint8Array | undefined {
  const value = document.at("signature");
  if (value.kind() === "absent") return undefined;
  const text = value.text();
  const bytes = text === undefined ? undefined : decodeBase64(text, byteCountOf(text));
  if (bytes !== undefined && bytes.byteLength > 0) return bytes;
  return invalid("signature", `not 1 to ${config.signatureMaxBytes} bytes in base64`);
}

interface Encoding {
  readonly name: string;
  readonly byteCount: number;
  readonly decode: (text: string, byteCount: number) => Uint8Array | undefined;
}

function encodedField(document: JsonValue, encoding: Encoding): Uint8Array | undefined {
  const value = document.at(encoding.name);
  if (value.kind() === "absent") return undefined;
  const text = value.text();
  const bytes = text === undefined ? undefined : encoding.decode(text, encoding.byteCount);
  if (bytes === undefined) {
    const form = encoding.decode === decodeHex ? "hexadecimal" : "base64";
    return invalid(encoding.name, `not ${encoding.byteCount} bytes in ${form}`);
  }
  return bytes;
}

function crc32Field(document: JsonValue): number | undefined {
  const bytes = encodedField(document, { name: "crc32", byteCount: 4, decode: decodeHex });
  if (bytes === undefined) return undefined;
  let crc = 0;
  for (const byte of bytes) crc = crc * 256 + byte;
  return crc;
}
