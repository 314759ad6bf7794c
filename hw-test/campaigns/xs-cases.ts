import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildImage } from "../../tools/build/image.ts";
import { BrokenInvariant } from "../desk/broken-invariant.ts";
import type { Random } from "../desk/random.ts";
import { parseOptions } from "../run/options.ts";
import type { ProgressDisplay } from "../run/progress.ts";
import type { RunResult } from "../run/result.ts";
import { runUpdate } from "../run/update-run.ts";
import type { BoardName } from "../trackers/boards.ts";
import type { XsCase } from "./xs-case.ts";
import { tlsCases } from "./xs-tls.ts";

/** Flash operations of a clean run, bootloader and store included, are a few more than this. */
const OPERATIONS = 450;
const HEX_BYTES = 400_000;
const MESSAGES = 12;

/** How a case may end: the new image confirmed, or the old one with the job failed for a reason. */
type End = "SUCCEEDED" | "CANCELED" | (string & {});

const silent: ProgressDisplay = { update() {}, line() {}, stop() {} };

/** A sample of every campaign, a few of each, drawn by the random numbers. */
export function xsCases(random: Random, board: BoardName): XsCase[] {
  const faultCase = faultCaseOn(board);
  const operation = (): number => 1 + random.below(OPERATIONS);
  const byte = (): number => 1 + random.below(HEX_BYTES);
  const times = (count: number, make: () => XsCase): XsCase[] =>
    Array.from({ length: count }, make);
  const cutEnds = ["SUCCEEDED", "REVERTED"];
  return [
    ...times(6, () => faultCase("power", [`power@flash:${operation()}`], cutEnds)),
    ...times(4, () => faultCase("torn", [`power@flash:${operation()}:torn`], cutEnds)),
    ...times(2, () =>
      faultCase("power", [`power@flash:${operation()}`, `power@flash:${operation()}`], cutEnds),
    ),
    ...times(3, () => faultCase("link", [`drop@byte:${byte()}`], ["SUCCEEDED"])),
    ...times(2, () =>
      faultCase("link", [`mqtt-drop@message:${1 + random.below(MESSAGES)}`], ["SUCCEEDED"]),
    ),
    faultCase("link", ["http:503@request:2"], ["SUCCEEDED"]),
    faultCase("link", ["http:404@request:1"], ["SUCCEEDED"]),
    faultCase("link", ["range-ignored@request:2"], ["SUCCEEDED"]),
    faultCase("link", ["etag-change@request:2"], ["SUCCEEDED"]),
    faultCase("jobs", [`cancel@byte:${byte()}`], ["CANCELED"]),
    faultCase("jobs", ["crash-at-boot"], ["REVERTED"]),
    faultCase("jobs", ["no-cloud-after-swap"], ["REVERTED"]),
    faultCase("bits", [`corrupt@byte:${byte()}`], [...hexCodes, "SUCCEEDED"]),
    faultCase("bits", ["bad-image"], ["IMAGE_SHA256"]),
    damagedFileCase(random.below(1000), board),
    // TLS is the rig's: no other board changes it.
    ...(board === "linux" ? tlsCases() : []),
  ];
}

const hexCodes = ["HEX_CHECKSUM", "HEX_DIGIT", "HEX_LENGTH", "HEX_START_CODE"];

function faultCaseOn(board: BoardName) {
  return (campaign: string, faults: readonly string[], ends: readonly End[]): XsCase => {
    const args = faults.flatMap((fault) => ["--fault", fault]);
    const run = () => runArgs([...args, "--board", board], ends);
    return { campaign, name: `npm start -- ${args.join(" ")}`, run };
  };
}

/** A file that lacks one of its lines. */
function damagedFileCase(lineNumber: number, board: BoardName): XsCase {
  const run = async (): Promise<number> => {
    const folder = mkdtempSync(join(tmpdir(), "tracker-campaign-"));
    try {
      const { hex } = await buildImage({ version: "1.0.1" });
      const lines = hex.split("\n").filter((_, at) => at !== 2 + lineNumber);
      const path = join(folder, "damaged.hex");
      writeFileSync(path, lines.join("\n"));
      const args = ["--hex", path, "--fw-version", "1.0.1", "--board", board];
      return await runArgs(args, ["IMAGE_SHA256"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  return { campaign: "input", name: `a HEX file without its line ${lineNumber + 3}`, run };
}

async function runArgs(args: readonly string[], ends: readonly End[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) throw new RangeError("options that ask for help");
  const result = await runUpdate(options, () => silent);
  checkResult(result, ends);
  return result.powerCuts;
}

function checkResult(result: RunResult, ends: readonly End[]): void {
  const { running, confirmed, from, to, job } = result;
  const { status, statusDetails } = job;
  const end = status === "FAILED" || status === "REJECTED" ? statusDetails["reason"] : status;
  const said = `job ${status} (${end}), runs ${running}, confirmed ${confirmed}`;
  if (end === undefined || !ends.includes(end)) {
    throw new BrokenInvariant(`${said}: only ${ends.join(", ")} may come of this`);
  }
  const isTrue = running === (status === "SUCCEEDED" ? to : from) && confirmed;
  if (!isTrue) throw new BrokenInvariant(`${said}: not the truth`);
}
