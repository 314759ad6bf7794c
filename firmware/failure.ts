/**
 * The one list of what can go wrong with an update. A code goes to the job as
 * `statusDetails.reason`; the running image is untouched by every one of them.
 *
 * - `status`: what the job execution is told. REJECTED: the job was not ours to do and not one byte
 *   was downloaded. FAILED: it was tried, or ought to have worked.
 * - `retryable`: a later, unchanged job may succeed.
 */
export interface FailureInfo {
  readonly status: "REJECTED" | "FAILED";
  readonly retryable: boolean;
  readonly meaning: string;
}

function rejected(meaning: string): FailureInfo {
  return Object.freeze({ status: "REJECTED", retryable: false, meaning });
}

function failed(meaning: string): FailureInfo {
  return Object.freeze({ status: "FAILED", retryable: false, meaning });
}

function failedForNow(meaning: string): FailureInfo {
  return Object.freeze({ status: "FAILED", retryable: true, meaning });
}

export const failures = Object.freeze({
  // The job document (job/document.ts)
  DOCUMENT_INVALID: rejected("a field of the job document is missing or malformed"),
  OPERATION_UNSUPPORTED: rejected("the job is not an app_fw_update"),
  LOCATION_UNSUPPORTED: rejected("the file's location is not an https URL this client can use"),
  URL_TOO_LONG: rejected("the file's URL is longer than the client's bound"),
  HARDWARE_MISMATCH: rejected("the image is for other hardware, or the job names none"),
  VERSION_DOWNGRADE: rejected("the version is lower than the running one and policy forbids it"),
  VERSION_TOO_OLD_HERE: rejected("the running version is below the job's minVersion"),
  RELEASE_EXPIRED: rejected("the release has expired, or it cannot be told whether it has"),
  SECURITY_COUNTER: rejected("the release's security counter is below the tracker's"),
  SIGNATURE: failed("the release or the image is not signed by a key that this tracker trusts"),
  EVIDENCE_MISSING: failed("nothing but the file server vouches for the file"),
  FILE_TOO_LARGE: failed("a HEX file of this size cannot fit the slot"),
  IMAGE_TOO_LARGE: failed("an image of this size would reach the slot's trailer"),

  // The download (download/)
  HTTP_STATUS: failed("the file server answered with a status that no retry mends"),
  HTTP_RESPONSE: failed("the file server's response is not well-formed or exceeds a bound"),
  FILE_NOT_FOUND: failed("the file server has no such file (404 or 410)"),
  ACCESS_DENIED: failedForNow("the file server refused access, with a fresh URL too (401 or 403)"),
  REDIRECT_REFUSED: failed("too many redirects, or one that leaves https"),
  RANGE_MISMATCH: failed("the server's byte range is not the one asked for"),
  FILE_LENGTH: failed("the file's length is not the job's size"),
  DOWNLOAD_EXHAUSTED: failedForNow("no attempt left: connections drop, stall or are refused"),

  // Intel HEX (hex/)
  HEX_START_CODE: failed("a record does not start with a colon"),
  HEX_DIGIT: failed("a character is not a hexadecimal digit"),
  HEX_CHECKSUM: failed("a record's checksum is wrong"),
  HEX_LENGTH: failed("a record is shorter or longer than it says, or than its type allows"),
  HEX_TYPE: failed("a record's type is none of 00 to 05"),
  HEX_OFFSET: failed("an address or start record has a load offset other than 0000"),
  HEX_NO_EOF: failed("the file ends without an end-of-file record"),
  HEX_AFTER_EOF: failed("something follows the end-of-file record"),

  // Patches and packed images (patch/)
  PATCH_FORMAT: failed("a patch file is not what docs/patch-format.md says"),
  PATCH_BASE: failed("the running image is not the one that the patch starts from"),
  PATCH_RANGE: failed("a patch leaves the old image, or makes more than it promised"),
  PATCH_DEFLATE: failed("a chunk of a patch is no deflate stream, or not of its lengths"),

  // The secondary slot (slot/)
  SLOT_ADDRESS: failed("data lies outside the slot"),
  SLOT_TRAILER: failed("data would reach the slot's trailer"),
  SLOT_OVERLAP: failed("two records give one address different bytes"),
  SLOT_ORDER: failed("records jump back into a write block that is already programmed"),
  FLASH_ERASE: failed("a page cannot be erased, or does not read back as erased"),
  FLASH_WRITE: failed("a page cannot be written, or does not read back as written"),
  FLASH_READ: failed("the flash cannot be read"),

  // What was written, read back (verify/)
  IMAGE_EMPTY: failed("the file holds no data"),
  FILE_CRC: failed("the downloaded file's CRC-32 is not the server's"),
  READ_BACK: failed("the slot no longer reads back as it was written"),
  IMAGE_CRC: failed("the image's CRC-32 is not the job's"),
  IMAGE_SHA256: failed("the image's SHA-256 is not the job's, or a digest in its TLVs is wrong"),
  IMAGE_SIZE: failed("the image's size is not the job's"),
  IMAGE_HEADER: failed("no sound MCUboot header or TLV area, or an image of an unsupported kind"),
  IMAGE_COUNTER: failed("the image's security counter is not the release's"),
  IMAGE_VERSION: failed("the image's version is not the job's fwversion"),

  // Swap, self-test, confirm
  SWAP_REQUEST: failed("the trailer does not read back as a requested test swap"),
  SWAP_REFUSED: failed("the bootloader did not start the new image"),
  SWAP_NOT_TAKEN: failed("the bootloader did not act on the request, which is withdrawn"),
  REVERTED: failed("the new image started, was not confirmed, and was reverted"),

  // The client itself
  RESET_LOOP: failed("the tracker reset again and again under this job, and came no further"),
  STORE: failedForNow("the key-value store does not take a value, or does not let go of one"),
} as const satisfies Record<string, FailureInfo>);

export type FailureCode = keyof typeof failures;

/** Whether it tells of what the file holds, not of the tracker's own flash or store. */
export function isOfContent(code: FailureCode): boolean {
  const stage = code.slice(0, code.indexOf("_"));
  const isStage = stage === "HEX" || stage === "PATCH" || stage === "SLOT" || stage === "IMAGE";
  return isStage || code === "FILE_CRC";
}

/** Thrown by a stage on bad input; caught by `attempt` alone. */
export class Failure {
  readonly code: FailureCode;
  /** For people: where and what, e.g. `line 12, byte 345: checksum 4f, expected 50`. */
  readonly detail: string;

  constructor(code: FailureCode, detail: string) {
    this.code = code;
    this.detail = detail;
  }
}

/** Runs `work`; what it throws as a Failure goes to `onFailed`, our own bugs go on up. */
export function attempt(work: () => void, onFailed: (failure: Failure) => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    onFailed(error);
  }
}
