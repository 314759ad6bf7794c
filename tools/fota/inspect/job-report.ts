import { readJobFile } from "../job-file.ts";
import { withCommas } from "../text.ts";
import { type Report, row } from "./report.ts";
import { isRefused, type NamedKey, type Verdict, verdictText } from "./signatures.ts";

/** @throws UsageError for what a tracker would refuse to read, with its code */
export function jobReport(name: string, file: Uint8Array, keys: readonly NamedKey[]): Report {
  const document = readJobFile(name, file);
  const { location, sha256, signature, jobId: _, ...fields } = document;
  const verdict = releaseSignature(document, keys);
  const patches = patchesOf(file);
  const hex = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString("hex");
  const url = `https://${location.host}${location.port === 443 ? "" : `:${location.port}`}${location.path}`;
  const expires = fields.expires === 0 ? "never" : new Date(fields.expires * 1000).toISOString();
  const isUnsigned = verdict.state === "none";
  return {
    facts: { kind: "job", ...fields, url, sha256: hex(sha256), signature: verdict, patches },
    lines: [
      `a job document, ${withCommas(file.length)} bytes`,
      row("version", fields.version),
      row("file", `${fields.filename ?? "unnamed"}, ${withCommas(fields.size)} bytes`),
      row("url", url),
      row(
        "image",
        fields.imageSize === undefined ? "of any size" : `${withCommas(fields.imageSize)} bytes`,
      ),
      row("SHA-256", hex(sha256) ?? "none"),
      ...patches.map(({ from, size }) =>
        row("patch", `${withCommas(size)} bytes, ${from === undefined ? "whole" : `from ${from}`}`),
      ),
      row("hardware", fields.hardware ?? "trackers that have no hardware id"),
      row("counter", `${fields.securityCounter}`),
      row("expires", expires),
      row("min. version", fields.minVersion ?? "any"),
      row(
        "signature",
        `${verdictText(verdict)}${fields.keyId === undefined ? "" : `; names the key ${fields.keyId}`}`,
      ),
    ],
    problem:
      isRefused(verdict) || (isUnsigned && keys.length > 0)
        ? `the release's signature is ${verdictText(verdict)}`
        : undefined,
  };
}

interface PatchEntry {
  readonly from?: string;
  readonly size: number;
}

/** docs/job-document.md, "Patches"; as the tracker does it, what cannot be read is passed over. */
function patchesOf(file: Uint8Array): readonly PatchEntry[] {
  const { patches } = JSON.parse(Buffer.from(file).toString()) as { patches?: unknown };
  return Array.isArray(patches) ? patches.filter(isEntry) : [];
}

function isEntry(entry: unknown): entry is PatchEntry {
  const { from, size } = (entry ?? {}) as Partial<Record<string, unknown>>;
  return typeof size === "number" && (from === undefined || /^[0-9a-f]{64}$/.test(`${from}`));
}

function releaseSignature(
  document: ReturnType<typeof readJobFile>,
  keys: readonly NamedKey[],
): Verdict {
  const { signature, sha256, imageSize, hardware = "" } = document;
  if (signature === undefined) return { state: "none" };
  if (keys.length === 0) return { state: "unchecked" };
  if (sha256 === undefined || imageSize === undefined) return { state: "other" };
  const release = { ...document, hardware, sha256, imageSize };
  const made = keys.find(({ key }) => key.hasSignedRelease(release, signature));
  return made === undefined ? { state: "other" } : { state: "good", keyId: made.id };
}
