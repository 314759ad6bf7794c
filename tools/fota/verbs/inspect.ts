import { extname, parse } from "node:path";
import { print } from "../../command-line/command.ts";
import { CommandFailed } from "../../command-line/command-failed.ts";
import { defineCommand } from "../../command-line/definition.ts";
import { UsageError } from "../../command-line/usage-error.ts";
import { each, fileBytes, oneOf } from "../../command-line/values.ts";
import { type FileKind, seemingKind } from "../../image/file-kind.ts";
import { examples } from "../examples.ts";
import { flashReport } from "../inspect/flash-report.ts";
import { hexReport } from "../inspect/hex-report.ts";
import { imageReport } from "../inspect/image-report.ts";
import { jobReport } from "../inspect/job-report.ts";
import { patchReport } from "../inspect/patch-report.ts";
import { type Report, row } from "../inspect/report.ts";
import type { NamedKey } from "../inspect/signatures.ts";
import { verifyingKey } from "../key-files.ts";
import { withCommas } from "../text.ts";

export const inspect = defineCommand("inspect")
  .summary("tell what a file is, and what is wrong with it")
  .description(
    "Tells what a HEX file, an MCUboot image, a job document, a patch or a flash dump holds, and " +
      "what is wrong with it. Of a flash dump (1 MiB) also what the bootloader does next.",
  )
  .argument("<FILE>", "it is recognised by its contents")
  .option("--key <FILE>", "PEM of a key that may have signed it; may be repeated", each(String))
  .option("--swap <MODE>", "how MCUboot swaps: move or offset", oneOf("move", "offset"), "move")
  .option("--json", "one JSON object: {kind, …}")
  .addHelpText(
    "after",
    examples(
      "fota inspect 1.0.1.hex --key release-2026.pem",
      "fota inspect 1.0.1.job.json --key release-2026.pem --json",
      "fota inspect flash.bin",
    ),
  )
  .action((file, { key: paths = [], swap, json }) => {
    const keys = paths.map((path) => ({ id: parse(path).name, key: verifyingKey("--key", path) }));
    const { facts, lines, problem } = reportOn(file, { keys, swap });
    print(json ? `${JSON.stringify({ ...facts, problem })}\n` : `${lines.join("\n")}\n`);
    if (problem !== undefined) throw new CommandFailed(`${file}: ${problem}`);
  });

interface Looking {
  readonly keys: readonly NamedKey[];
  readonly swap: "move" | "offset";
}

function reportOn(file: string, { keys, swap }: Looking): Report {
  const bytes = fileBytes("", file);
  const { kind, about } = seemingKind(bytes);
  if (extname(file).toLowerCase() === ".hex" && kind !== "hex" && kind !== "empty") {
    throw new UsageError(
      `${file} is no Intel HEX: byte 0 is ${hexByte(bytes[0])}; it seems to be ${about}`,
    );
  }
  const readers: Readonly<Record<FileKind, () => Report>> = {
    hex: () => hexReport(file, bytes, keys),
    image: () => binaryReport(bytes, keys),
    patch: () => patchReport(file, bytes, keys),
    json: () => jobReport(file, bytes, keys),
    flash: () => flashReport(bytes, keys, swap),
    empty: () => {
      throw new UsageError(`${file} is empty`);
    },
    other: () => {
      throw new UsageError(`${file} seems to be ${about}: nothing that fota knows`);
    },
  };
  return readers[kind]();
}

function binaryReport(bytes: Uint8Array, keys: readonly NamedKey[]): Report {
  const { facts, lines, problem } = imageReport(bytes, keys);
  const behind =
    bytes.length - (typeof facts["bytes"] === "number" ? facts["bytes"] : bytes.length);
  return {
    facts: { kind: "image", fileBytes: bytes.length, ...facts },
    lines: [
      `an MCUboot image in binary, ${withCommas(bytes.length)} bytes`,
      ...lines,
      ...(behind > 0 ? [row("behind it", `${withCommas(behind)} bytes`)] : []),
    ],
    problem,
  };
}

function hexByte(value = 0): string {
  return `0x${value.toString(16).padStart(2, "0")}`;
}
