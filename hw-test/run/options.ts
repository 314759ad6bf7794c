import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { UsageError } from "../../tools/command-line/usage-error.ts";
import type { LinkProfile } from "../driver.ts";
import { parseLinkProfile } from "../trackers/link-profile.ts";
import { type Fault, faultsOf, parseFault } from "../trackers/virtual/faults.ts";

/** What one `npm start` was asked to do. */
export interface RunOptions {
  /** The new firmware as Intel HEX text, or undefined to build it. */
  readonly hex: string | undefined;
  readonly version: string;
  /** The firmware the tracker starts with, or undefined to build 1.0.0. */
  readonly from: string | undefined;
  /** The job document to send as it is, or undefined to make one. */
  readonly document: string | undefined;
  /** Where the 1 MiB flash image is kept; undefined for a temporary file. */
  readonly flashPath: string | undefined;
  /** Start from what `flashPath` holds. */
  readonly resume: boolean;
  readonly stopBeforeBoot: boolean;
  readonly json: boolean;
  readonly faults: readonly Fault[];
  readonly link: LinkProfile;
  readonly ports: { readonly broker: number; readonly files: number; readonly control: number };
}

export const HELP = `Usage: npm start -- [options]

Runs one firmware update on a virtual tracker against a local AWS: the tracker is flashed with
1.0.0, a job is created with the AWS SDK, and the tracker updates itself.

  --hex FILE           new firmware, Intel HEX (default: 1.0.1, built from firmware/)
  --fw-version V       its version, as the job promises it (default 1.0.1)
  --from FILE          firmware to start with, Intel HEX (default: 1.0.0, built from firmware/)
  --job FILE.json      send this job document as it is
  --flash FILE         keep the 1 MiB flash image in FILE
  --resume             start from the flash image in --flash FILE, if it exists
  --stop-before-boot   stop when the swap is requested, before the bootloader runs
  --fault SPEC         inject a fault; may be repeated. power@flash:N[:torn], drop@byte:N,
                       stall@byte:N, corrupt@byte:N, http:STATUS@request:N,
                       range-ignored@request:N, etag-change@request:N, mqtt-drop@message:N,
                       cancel@byte:N, bad-image, crash-at-boot, no-cloud-after-swap
  --link PROFILE       none (default), lte-m, nb-iot, lossy
  --broker-port N, --files-port N, --control-port N
                       fixed ports for MQTT, HTTPS and the AWS API (default: any free port)
  --json               print one JSON object as the last line
  --help               print this

Exit codes: 0 done, 1 the update ended in another state, 2 usage.

Examples:
  npm start
  npm start -- --fault power@flash:120:torn --link lte-m
  npm start -- --hex app.hex --fw-version 2.0.0 --flash flash.bin --stop-before-boot --json
`;

const forms = {
  hex: { type: "string" },
  "fw-version": { type: "string" },
  from: { type: "string" },
  job: { type: "string" },
  flash: { type: "string" },
  resume: { type: "boolean" },
  "stop-before-boot": { type: "boolean" },
  fault: { type: "string", multiple: true },
  link: { type: "string" },
  "broker-port": { type: "string" },
  "files-port": { type: "string" },
  "control-port": { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

/**
 * @returns undefined when help was asked for
 * @throws UsageError for an unknown option, a bad value or a file that cannot be read
 */
export function parseOptions(args: readonly string[]): RunOptions | undefined {
  const given = parse(args);
  if (given.help === true) return undefined;
  if (given.hex !== undefined && given["fw-version"] === undefined) {
    throw new UsageError("--hex FILE needs --fw-version V: the job names the version it brings");
  }
  if (given.resume === true && given.flash === undefined) {
    throw new UsageError("--resume needs --flash FILE: there is no flash image to start from");
  }
  const faults = (given.fault ?? []).map(parseFault);
  refuseImageFaultWithHex(faults, given.hex);
  return {
    hex: readText("--hex", given.hex),
    version: given["fw-version"] ?? "1.0.1",
    from: readText("--from", given.from),
    document: readDocument(given.job),
    flashPath: checkFlash(given.flash),
    resume: given.resume === true && existsSync(given.flash ?? ""),
    stopBeforeBoot: given["stop-before-boot"] === true,
    json: given.json === true,
    faults,
    link: parseLinkProfile(given.link ?? "none"),
    ports: {
      broker: readPort("--broker-port", given["broker-port"]),
      files: readPort("--files-port", given["files-port"]),
      control: readPort("--control-port", given["control-port"]),
    },
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: forms }).values;
  } catch (error) {
    const { message } = error as Error;
    throw new UsageError(`${message.split(". ")[0]} (npm start -- --help lists the options)`);
  }
}

function refuseImageFaultWithHex(faults: readonly Fault[], hex: string | undefined): void {
  const made = [...faultsOf(faults, "crash-at-boot"), ...faultsOf(faults, "bad-image")];
  const [fault] = made;
  if (fault !== undefined && hex !== undefined) {
    throw new UsageError(`--fault ${fault.kind} builds its own image: it cannot go with --hex`);
  }
}

function readText(option: string, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    throw new UsageError(`${option} ${path}: ${(error as Error).message}`);
  }
}

function readDocument(path: string | undefined): string | undefined {
  const text = readText("--job", path);
  if (text === undefined) return undefined;
  try {
    JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--job ${path}: ${(error as Error).message}`);
  }
  return text;
}

/** Said now, and not after the minute that building may take. */
function checkFlash(path: string | undefined): string | undefined {
  if (path !== undefined && !existsSync(dirname(resolve(path)))) {
    throw new UsageError(`--flash ${path}: ENOENT: no such folder`);
  }
  return path;
}

function readPort(option: string, text: string | undefined): number {
  if (text === undefined) return 0;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port >= 1 && port <= 65535)) throw new UsageError(`${option} ${text}: 1 to 65535`);
  return port;
}
