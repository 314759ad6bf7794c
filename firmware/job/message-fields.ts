import { config } from "../config.ts";
import type { JsonField, JsonFieldTable } from "./json/fields.ts";

/** A client token of ours has 17 characters, a status at most 11, an operation of ours 13. */
const wordBytes = 24;
/** A number that is meant as a count, whichever way it is written. */
const numberBytes = 32;
/** A character takes at most three bytes of UTF-8, one of four counts as two. */
const textBytes = config.documentTextMaxChars * 3;
/** A host name of 253 characters (RFC 1035), a colon and a port. */
const hostBytes = 259;
const codeBytes = 64;
const messageBytes = 256;

/** Where a file lies. */
const locationFields: readonly JsonField[] = [
  { path: "location", maxBytes: 0 },
  { path: "location.url", maxBytes: config.urlMaxBytes },
  // A URL counts before the others, so it may lie where a path was.
  { path: "location.path", maxBytes: config.urlMaxBytes, isAlternative: true },
  { path: "location.protocol", maxBytes: config.documentTextMaxChars },
  { path: "location.host", maxBytes: hostBytes },
];

/** Of replies to start-next and get, and of notify-next. */
const executionFields: readonly JsonField[] = [
  { path: "", maxBytes: 0 },
  { path: "clientToken", maxBytes: wordBytes },
  { path: "timestamp", maxBytes: numberBytes },
  { path: "execution", maxBytes: 0 },
  { path: "execution.jobId", maxBytes: config.jobIdMaxBytes },
  { path: "execution.status", maxBytes: wordBytes },
  { path: "execution.versionNumber", maxBytes: numberBytes },
  { path: "execution.executionNumber", maxBytes: numberBytes },
  { path: "execution.queuedAt", maxBytes: numberBytes },
  { path: "execution.approximateSecondsBeforeTimedOut", maxBytes: numberBytes },
  { path: "execution.jobDocument", maxBytes: 0 },
  { path: "execution.jobDocument.operation", maxBytes: wordBytes },
  { path: "execution.jobDocument.size", maxBytes: numberBytes },
  { path: "execution.jobDocument.filename", maxBytes: textBytes },
  { path: "execution.jobDocument.fwversion", maxBytes: textBytes },
  { path: "execution.jobDocument.crc32", maxBytes: 8 },
  { path: "execution.jobDocument.sha256", maxBytes: 64 },
  { path: "execution.jobDocument.signature", maxBytes: 96 },
  { path: "execution.jobDocument.keyId", maxBytes: config.keyIdMaxChars },
  { path: "execution.jobDocument.securityCounter", maxBytes: numberBytes },
  { path: "execution.jobDocument.expires", maxBytes: numberBytes },
  { path: "execution.jobDocument.imageSize", maxBytes: numberBytes },
  { path: "execution.jobDocument.hardware", maxBytes: textBytes },
  // A version number, which has no other characters than ASCII's.
  { path: "execution.jobDocument.minVersion", maxBytes: config.documentTextMaxChars },
  { path: "execution.jobDocument.patches", maxBytes: 0, isList: true },
  { path: "execution.jobDocument.patches.from", maxBytes: 64 },
  { path: "execution.jobDocument.patches.size", maxBytes: numberBytes },
];

/** With the location of the HEX file; each patch is shown in turn. Bounds: 4,435 bytes. */
export const hexExecution: JsonFieldTable = executionWith("execution.jobDocument");

/** With the location of one patch, and not the HEX file's: one is kept at a time. */
export const patchExecution: JsonFieldTable = executionWith("execution.jobDocument.patches");

/** Of replies to an update, and of all rejections. */
export const outcomeMessage: JsonFieldTable = table([
  { path: "", maxBytes: 0 },
  { path: "clientToken", maxBytes: wordBytes },
  { path: "code", maxBytes: codeBytes },
  { path: "message", maxBytes: messageBytes },
  { path: "executionState", maxBytes: 0 },
  { path: "executionState.status", maxBytes: wordBytes },
  { path: "executionState.versionNumber", maxBytes: numberBytes },
]);

function executionWith(locationOf: string): JsonFieldTable {
  const rows = executionFields.slice();
  for (const { path, maxBytes, isAlternative } of locationFields) {
    rows.push({ path: `${locationOf}.${path}`, maxBytes, isAlternative });
  }
  return table(rows);
}

function table(rows: readonly JsonField[]): JsonFieldTable {
  for (const row of rows) Object.freeze(row);
  return Object.freeze(rows);
}
