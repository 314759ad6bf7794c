import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Option } from "@commander-js/extra-typings";
import { mainOf } from "../../tools/build/application.mjs";
import { defineCommand, helpText, readArguments } from "../../tools/command-line/definition.ts";
import { UsageError } from "../../tools/command-line/usage-error.ts";
import { each, fileText, oneOf, portNumber } from "../../tools/command-line/values.ts";
import { type BootName, bootNames } from "../../tools/image/formats.ts";
import { imageVersion } from "../../tools/image/version-option.ts";
import type { LinkProfile } from "../driver.ts";
import { type BoardName, boardList, boardNames, defaultBoard } from "../trackers/boards.ts";
import { bootList } from "../trackers/boot-schemes.ts";
import { linkProfiles, parseLinkProfile } from "../trackers/link-profile.ts";
import { FAULT_FORMS, type Fault, faultsOf, parseFault } from "../trackers/virtual/faults.ts";
import type { PatchKind } from "./patches.ts";

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
  /** Firmware that is built checks no signatures, and a job that is made has none. */
  readonly unsigned: boolean;
  /** Folder of the application that is built around the client; undefined for the client alone. */
  readonly app: string | undefined;
  /** What the job offers beside the HEX file. */
  readonly ways: readonly PatchKind[];
  readonly json: boolean;
  readonly board: BoardName;
  /** Nobody asked for this board: it is what the machine can do. */
  readonly isBoardChosen: boolean;
  readonly boot: BootName;
  /** The board runs in a jail. */
  readonly jail: boolean;
  readonly faults: readonly Fault[];
  readonly link: LinkProfile;
  /** The same, as they were given. */
  readonly faultSpecs: readonly string[];
  /** A page that shows the run as it goes on. */
  readonly web: boolean;
  /** 0: any free one. */
  readonly webPort: number;
  /** Where the report of the run goes; undefined for none. */
  readonly report: string | undefined;
  readonly ports: { readonly broker: number; readonly files: number; readonly control: number };
}

const command = defineCommand("npm start --")
  .description(
    "Runs one firmware update on a virtual tracker against a local AWS: the tracker is flashed " +
      "with 1.0.0, a job is created with the AWS SDK, and the tracker updates itself.",
  )
  .option("--hex <FILE>", "new firmware, Intel HEX (default: 1.0.1, built from firmware/)")
  .option("--fw-version <V>", "its version, as the job promises it", imageVersion, "1.0.1")
  .option(
    "--from <FILE>",
    "firmware to start with, Intel HEX (default: 1.0.0, built from firmware/)",
  )
  .option(
    "--app <FOLDER>",
    "build both firmwares of this application (its main.ts or main.js)",
    applicationFolder,
  )
  .option("--job <FILE.json>", "send this job document as it is")
  .option("--flash <FILE>", "keep the 1 MiB flash image in FILE", flashPath)
  .option("--resume", "start from the flash image in --flash FILE, if it exists")
  .option("--stop-before-boot", "stop when the swap is requested, before the bootloader runs")
  .option(
    "--unsigned",
    "integrity only: build both firmwares so that they check no signatures, and sign nothing",
  )
  .option("--patch", "offer the new firmware as a patch of the old one too, beside the HEX file")
  .option("--packed", "offer it as a packed image too, which needs no old one")
  .option(
    "--fault <SPEC>",
    `inject a fault; may be repeated. ${FAULT_FORMS.join(", ")}`,
    each(faultOf),
  )
  .addOption(
    new Option("--link <PROFILE>", Object.keys(linkProfiles).join(", "))
      .argParser(parseLinkProfile)
      .default(linkProfiles.none, "none"),
  )
  .addOption(
    new Option(
      "--board <NAME>",
      `${boardList} (default: linux; node where gcc or make is missing)`,
    ).argParser(oneOf(...boardNames)),
  )
  .addOption(
    new Option("--boot <NAME>", bootList)
      .argParser(oneOf(...bootNames))
      .default("mcuboot" as const),
  )
  .option("--jail", "run the board in a jail: no network, no files (needs bubblewrap)")
  .option("--web", "show the run on a page of this machine, with controls; it stays until Ctrl-C")
  .option("--web-port <N>", "fixed port for the page (default: any free port)", portNumber)
  .option("--report <FILE.html>", "write the same page, with what happened, into one file")
  .option("--broker-port <N>", "fixed port for MQTT (default: any free port)", portNumber)
  .option("--files-port <N>", "fixed port for HTTPS (default: any free port)", portNumber)
  .option("--control-port <N>", "fixed port for the AWS API (default: any free port)", portNumber)
  .option("--json", "print one JSON object as the last line")
  .addHelpText(
    "after",
    `
Exit codes: 0 done, 1 the update ended in another state, 2 usage.
The code in a HEX file runs in a process of this machine, as its user: give --jail with a file
whose origin you do not know.

Examples:
  npm start
  npm start -- --patch --link nb-iot
  npm start -- --web --link lte-m
  npm start -- --fault power@flash:300 --report run.html
  npm start -- --boot esp-idf --fault crash-at-boot
  npm start -- --app examples/sensor-loop
  npm start -- --fault power@flash:120:torn --link lte-m
  npm start -- --hex app.hex --fw-version 2.0.0 --flash flash.bin --stop-before-boot --json`,
  );

export const HELP = helpText(command);

/**
 * @returns undefined when help was asked for
 * @throws UsageError for an unknown option, a bad value or a file that cannot be read
 */
export function parseOptions(args: readonly string[]): RunOptions | undefined {
  if (!readArguments(command, args)) return undefined;
  const given = command.opts();
  const { hex, from, flash, resume = false, fault: specified = [], board = defaultBoard() } = given;
  const faults = specified.map(({ fault }) => fault);
  if (hex !== undefined && command.getOptionValueSource("fwVersion") === "default") {
    throw new UsageError("--hex FILE needs --fw-version V: the job names the version it brings");
  }
  if (resume && flash === undefined) {
    throw new UsageError("--resume needs --flash FILE: there is no flash image to start from");
  }
  refuseImageFaultWithHex(faults, hex);
  if (given.webPort !== undefined && given.web !== true) {
    throw new UsageError("--web-port N needs --web: there is no page to serve");
  }
  if (given.boot !== "mcuboot" && board !== "linux") {
    throw new UsageError(`--boot ${given.boot} runs on the board linux, not on ${board}`);
  }
  if (given.job !== undefined && (given.patch || given.packed)) {
    throw new UsageError(
      "--patch and --packed are offered by the job document, which --job brings",
    );
  }
  return {
    hex: hex === undefined ? undefined : fileText("--hex", hex, "latin1"),
    version: given.fwVersion,
    from: from === undefined ? undefined : fileText("--from", from, "latin1"),
    document: given.job === undefined ? undefined : jobDocument(given.job),
    flashPath: flash,
    resume: resume && existsSync(flash ?? ""),
    stopBeforeBoot: given.stopBeforeBoot === true,
    unsigned: given.unsigned === true,
    app: given.app,
    ways: [
      ...(given.patch === true ? (["patch"] as const) : []),
      ...(given.packed === true ? (["packed"] as const) : []),
    ],
    json: given.json === true,
    board,
    isBoardChosen: given.board !== undefined,
    boot: given.boot,
    jail: given.jail === true,
    faults,
    link: given.link,
    faultSpecs: specified.map(({ spec }) => spec),
    web: given.web === true,
    webPort: given.webPort ?? 0,
    report: given.report,
    ports: {
      broker: given.brokerPort ?? 0,
      files: given.filesPort ?? 0,
      control: given.controlPort ?? 0,
    },
  };
}

function faultOf(spec: string): { readonly spec: string; readonly fault: Fault } {
  return { spec, fault: parseFault(spec) };
}

function refuseImageFaultWithHex(faults: readonly Fault[], hex: string | undefined): void {
  const made = [...faultsOf(faults, "crash-at-boot"), ...faultsOf(faults, "bad-image")];
  const [fault] = made;
  if (fault !== undefined && hex !== undefined) {
    throw new UsageError(`--fault ${fault.kind} builds its own image: it cannot go with --hex`);
  }
}

function jobDocument(path: string): string {
  const text = fileText("--job", path, "latin1");
  try {
    JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--job ${path}: ${(error as Error).message}`);
  }
  return text;
}

function applicationFolder(path: string): string {
  if (mainOf(path) !== undefined) return path;
  throw new UsageError(`--app ${path}: no main.ts and no main.js`);
}

/** Said now, and not after the minute that building may take. */
function flashPath(path: string): string {
  if (existsSync(dirname(resolve(path)))) return path;
  throw new UsageError(`--flash ${path}: ENOENT: no such folder`);
}
