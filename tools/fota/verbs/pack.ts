import { existsSync, realpathSync, writeFileSync } from "node:fs";
import { join, parse } from "node:path";
import { InvalidArgumentError } from "@commander-js/extra-typings";
import { print } from "../../command-line/command.ts";
import { defineCommand } from "../../command-line/definition.ts";
import { UsageError } from "../../command-line/usage-error.ts";
import { each, wholeNumber } from "../../command-line/values.ts";
import { PAGE_BYTES, partitions } from "../../image/memory-map.ts";
import { imageVersion } from "../../image/version-option.ts";
import { examples } from "../examples.ts";
import { readApplication } from "../pack/application.ts";
import { expiry } from "../pack/expiry.ts";
import { type ImageWishes, packImage } from "../pack/image.ts";
import { locationText } from "../pack/location.ts";
import { makeRelease, type ReleaseFiles, type ReleaseWishes } from "../pack/release.ts";
import { hexNumber, withCommas } from "../text.ts";

const MOST_32_BITS = 0xffffffff;

export const pack = defineCommand("pack")
  .summary("make the HEX file and the job document of a release")
  .description(
    "Puts an application into an MCUboot image, signs the release, and writes the HEX file and the " +
      "job document that trackers are given. FILE is Intel HEX or a binary of a linker, an image of " +
      "imgtool (kept as it is), or a JavaScript bundle, which is compiled to XS bytecode.",
  )
  .argument("<FILE>", ".hex, .bin, .js or .mjs")
  .option("--version <V>", "1.2.3 or 1.2.3+4; an image has its own", imageVersion)
  .requiredOption(
    "--location <URL>",
    "where the files will lie: s3://BUCKET/KEY or https://HOST/PATH; a folder if it ends with /",
    locationText,
  )
  .option("--region <R>", "the bucket's region, for its host name")
  .option("--presigned", "the service is to sign URLs to the bucket, job by job")
  .option("--hardware <ID>", "for trackers with this hardware id alone")
  .option(
    "--counter <N>",
    "security counter: a tracker takes none below the highest it has confirmed",
    wholeNumber({ least: 0, most: MOST_32_BITS }),
  )
  .option("--expires <WHEN>", "2030-01-31 (UTC) or seconds since 1970: not begun after it", expiry)
  .option("--min-version <V>", "the lowest version that may update to it", imageVersion)
  .option("--key <FILE>", "PEM of the key that signs the release (default: the development key)")
  .option("--unsigned", "no signature: only an unsigned build takes such a job")
  .option("--image-key <FILE>", "PEM of the key that signs the image for MCUboot")
  .option(
    "--record-bytes <N>",
    "data bytes in a HEX record, 16 to 255; none crosses a page with a power of two",
    wholeNumber({ least: 16, most: 255 }),
    128,
  )
  .option("--header-bytes <N>", "MCUboot's header with its padding (default: 32)", headerBytes)
  .option("--header-room", "the code starts with room for the header, as Zephyr leaves it")
  .option(
    "--address <A>",
    "where the slot begins (default: 0x10000, or as the HEX file says)",
    address,
  )
  .option("--slot-bytes <N>", "the slot's size (default: 458752)", slotBytes)
  .option(
    "--from <OLD>",
    "an image that trackers run, HEX or binary: a patch from it too; may be repeated",
    each(String),
  )
  .option("--packed", "the whole image packed, too (--from brings it along)")
  .option("--out <FILE.hex>", "the HEX file; the others lie beside it (default: VERSION.hex)")
  .option("--json", "one JSON object: {hex, job, version, address, bytes, …}")
  .addHelpText(
    "after",
    examples(
      "fota pack app.hex --version 1.0.1 --location s3://fota-bucket/ --header-bytes 512",
      "fota pack bundle.js --version 1.0.1 --counter 3 --hardware board-a --location s3://fota-bucket/",
      "fota pack new.hex --from old.hex --location s3://fota-bucket/",
      "fota pack zephyr.signed.hex --location https://files.example/fw/ --expires 2030-01-31",
    ),
  )
  .action(async (file, options) => {
    const wishes: ImageWishes & ReleaseWishes = {
      ...options,
      version: options.version,
      counter: options.counter,
      headerBytes: options.headerBytes,
      hasHeaderRoom: options.headerRoom === true,
      address: options.address,
      slotBytes: options.slotBytes ?? partitions["image-0"].byteLength,
      imageKey: options.imageKey,
      isPresigned: options.presigned === true,
      isUnsigned: options.unsigned === true,
      from: options.from ?? [],
      isPacked: options.packed === true,
    };
    const image = await packImage(readApplication(file), wishes);
    const release = makeRelease(image, wishes, outName(options.out ?? `${image.version}.hex`));
    writeAll(release, file);
    print(options.json ? `${JSON.stringify(release.facts)}\n` : told(release));
  });

/** Without .hex, with the folder. */
function outName(out: string): string {
  const { dir, name, ext } = parse(out);
  if (ext.toLowerCase() !== ".hex") throw new UsageError(`--out ${out}: its name ends with .hex`);
  return join(dir, name);
}

function writeAll({ files }: ReleaseFiles, input: string): void {
  for (const { path } of files) {
    if (existsSync(path) && realpathSync(path) === realpathSync(input)) {
      throw new UsageError(`${path} is what is packed: --out says where the result goes`);
    }
  }
  for (const { path, contents } of files) {
    try {
      writeFileSync(path, contents);
    } catch (error) {
      throw new UsageError(`${path}: ${(error as Error).message}`);
    }
  }
}

function told({ facts }: ReleaseFiles): string {
  const { bytes } = facts;
  const counter = facts.securityCounter === 0 ? "" : `, security counter ${facts.securityCounter}`;
  const rows: [string, string][] = [
    [
      "image",
      `${facts.version}, ${withCommas(bytes.image)} bytes at ${hexNumber(facts.address)}${counter}`,
    ],
    ["SHA-256", facts.sha256],
    ["HEX file", `${facts.hex}, ${withCommas(bytes.hex)} bytes, records of ${facts.recordBytes}`],
    ["job", `${facts.job}, ${facts.keyId === undefined ? "UNSIGNED" : `signed by ${facts.keyId}`}`],
  ];
  for (const { path, from, bytes: size } of facts.patches) {
    const what = from === undefined ? "the whole image" : `from ${from.slice(0, 16)}…`;
    const share = (size / bytes.hex).toFixed(3);
    rows.push(["patch", `${path}, ${what}, ${withCommas(size)} bytes, ${share} of the HEX`]);
  }
  return rows.map(([name, value]) => `${name.padEnd(10)}${value}\n`).join("");
}

function headerBytes(text: string): number {
  const value = wholeNumber({ least: 32, most: 65_532 })(text);
  if (value % 4 === 0) return value;
  throw new InvalidArgumentError("32 to 65532, a multiple of 4");
}

function address(text: string): number {
  const value = /^(0x[0-9a-fA-F]{1,8}|\d{1,10})$/.test(text) ? Number(text) : Number.NaN;
  if (value <= MOST_32_BITS && value % 4 === 0) return value;
  throw new InvalidArgumentError("0x00000000 to 0xfffffffc, a multiple of 4");
}

function slotBytes(text: string): number {
  const value = wholeNumber({ least: 4 * PAGE_BYTES, most: 256 * PAGE_BYTES })(text);
  if (value % PAGE_BYTES === 0) return value;
  throw new InvalidArgumentError(`16384 to 1048576, a multiple of ${PAGE_BYTES}`);
}
