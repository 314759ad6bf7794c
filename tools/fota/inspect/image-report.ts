import { createHash } from "node:crypto";
import { type Anatomy, dissect, type ImageEntry } from "../../image/anatomy.ts";
import {
  hashNames,
  hashTypes,
  TLV_ECDSA_SIG,
  TLV_KEYHASH,
  TLV_SEC_CNT,
  TLV_SIG_PURE,
} from "../../image/tlvs.ts";
import { hexNumber, withCommas } from "../text.ts";
import { type Report, row } from "./report.ts";
import { isRefused, type NamedKey, type Verdict, verdictText } from "./signatures.ts";

/** bootutil/image.h, IMAGE_TLV_… */
const names: Readonly<Record<number, string>> = Object.freeze({
  [TLV_KEYHASH]: "KEYHASH",
  2: "PUBKEY",
  ...Object.fromEntries(hashNames.map((name) => [hashTypes[name], name.toUpperCase()])),
  32: "RSA2048_PSS",
  33: "ECDSA224",
  [TLV_ECDSA_SIG]: "ECDSA_SIG",
  35: "RSA3072_PSS",
  36: "ED25519",
  [TLV_SIG_PURE]: "SIG_PURE",
  48: "ENC_RSA2048",
  49: "ENC_KW",
  50: "ENC_EC256",
  51: "ENC_X25519",
  64: "DEPENDENCY",
  [TLV_SEC_CNT]: "SEC_CNT",
  96: "BOOT_RECORD",
});

/** The image at the start of `bytes`; what lies behind it is told by its length. */
export function imageReport(bytes: Uint8Array, keys: readonly NamedKey[]): Report {
  const anatomy = dissect(bytes);
  const { header, entries, end, fault } = anatomy;
  const verdict = ownSignature(bytes, anatomy, keys);
  const image = bytes.subarray(0, end);
  const sha256 = end === undefined ? undefined : createHash("sha256").update(image).digest("hex");
  const facts = {
    version: header?.version,
    bytes: end,
    header,
    tlvs: entries.map(entryFacts),
    sha256,
    signature: fault === undefined ? verdict : undefined,
    damage: fault,
  };
  const lines = [
    ...(header === undefined
      ? []
      : [
          row("version", header.version),
          row("header", headerText(header)),
          row("body", `${withCommas(header.bodyBytes)} bytes from ${header.headerBytes} on`),
        ]),
    ...entries.flatMap(entryLines),
    ...(sha256 === undefined
      ? []
      : [row("whole image", `${withCommas(end ?? 0)} bytes; SHA-256`), row("", sha256)]),
    ...(fault === undefined ? [row("signature", verdictText(verdict))] : []),
  ];
  const damaged = fault && `damaged at byte ${fault.offset} of the image: ${fault.said}`;
  const refused = isRefused(verdict) ? `its own signature is ${verdictText(verdict)}` : undefined;
  return { facts, lines, problem: damaged ?? refused };
}

function headerText(header: NonNullable<Anatomy["header"]>): string {
  const { headerBytes, protectedBytes, flags, loadAddress } = header;
  const load = loadAddress === 0 ? "" : `, load address ${hexNumber(loadAddress)}`;
  const protectedText =
    protectedBytes === 0 ? "no protected TLVs" : `protected TLVs ${protectedBytes}`;
  return `${headerBytes} bytes, flags ${hexNumber(flags)}, ${protectedText}${load}`;
}

function entryFacts({ offset, type, value, isProtected }: ImageEntry) {
  const hex = Buffer.from(value).toString("hex");
  return { offset, type, name: names[type] ?? "unknown", isProtected, value: hex };
}

/** Long values on a line of their own: 64 digits fit. */
function entryLines({ type, value, offset, isProtected }: ImageEntry): string[] {
  const name = names[type] ?? `0x${type.toString(16)}`;
  const where = `at ${offset}${isProtected ? ", protected" : ""}`;
  if (type === TLV_SEC_CNT && value.length === 4) {
    return [row("TLV", `${name} ${Buffer.from(value).readUInt32LE()} ${where}`)];
  }
  const hex = Buffer.from(value).toString("hex");
  const lines = hex.match(/.{1,64}/g) ?? [];
  return [
    row("TLV", `${name} ${where}, ${value.length} bytes`),
    ...lines.map((line) => row("", line)),
  ];
}

/** MCUboot's ECDSA_SIG, whose key KEYHASH names just before it. */
function ownSignature(
  bytes: Uint8Array,
  { header, entries, fault }: Anatomy,
  keys: readonly NamedKey[],
): Verdict {
  const at = entries.findIndex(({ type }) => type === TLV_ECDSA_SIG);
  const entry = entries[at];
  if (entry === undefined || header === undefined || fault !== undefined) return { state: "none" };
  if (keys.length === 0) return { state: "unchecked" };
  const hash = entries.slice(0, at).findLast(({ type }) => type === TLV_KEYHASH)?.value;
  const named = keys.find(({ key }) => hash !== undefined && key.keyHash.equals(hash));
  if (named === undefined) return { state: "other" };
  const hashed = header.headerBytes + header.bodyBytes + header.protectedBytes;
  const isGood = named.key.hasSignedImage(bytes.subarray(0, hashed), entry.value);
  return { state: isGood ? "good" : "wrong", keyId: named.id };
}
