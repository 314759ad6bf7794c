import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { boards } from "../../../hw-test/trackers/boards.ts";
import { requireCheckout } from "../../build/checkout.ts";
import { buildImage } from "../../build/image.ts";
import { print } from "../../command-line/command.ts";
import { defineCommand } from "../../command-line/definition.ts";
import { UsageError } from "../../command-line/usage-error.ts";
import { each, wholeNumber } from "../../command-line/values.ts";
import { imageVersion } from "../../image/version-option.ts";
import { developmentKey, developmentKeyPath } from "../../keys/development.mjs";
import { trustAnchors } from "../../keys/trust-anchors.mjs";
import { type AnyBoardName, anyBoard, anyBoardList, isOwn } from "../boards/names.ts";
import { runCommands, shellText } from "../boards/run-commands.ts";
import { type Command, vendorBoards } from "../boards/vendor.ts";
import { examples } from "../examples.ts";
import { withCommas } from "../text.ts";

/** What a Moddable build makes of the client where there is no application yet. */
const EXAMPLE = "examples/sensor-loop";

/** Where what is printed is to be typed. */
const root = fileURLToPath(new URL("../../../", import.meta.url));

export const build = defineCommand("build")
  .summary("build the client for a board")
  .description(
    "Builds the client for a board, alone or in an application: the image of the boards that this " +
      "machine has without hardware, as Intel HEX; others by the programs of their makers, which have " +
      "to be installed.",
  )
  .requiredOption("--board <NAME>", anyBoardList, anyBoard)
  .requiredOption("--version <V>", "1.2.3 or 1.2.3+4, compiled in", imageVersion)
  .option(
    "--key <FILE>",
    "PEM of a key that it trusts, may be repeated (default: the development key)",
    each(String),
  )
  .option(
    "--app <FOLDER>",
    `its main.ts or main.js, and manifest.json (default: the client alone; ${EXAMPLE} for mcconfig)`,
  )
  .option("--unsigned", "it installs what nobody has signed (linux and cortex-m)")
  .option(
    "--counter <N>",
    "security counter of its image (linux and cortex-m)",
    wholeNumber({ least: 0, most: 0xffffffff }),
  )
  .option("--out <FILE.hex>", "the HEX file (linux and cortex-m; default: VERSION.hex)")
  .option("--dry-run", "only print what would be run, in the project's folder")
  .option("--json", "one JSON object: {board, version, hex, bytes} or {board, commands}")
  .addHelpText(
    "after",
    examples(
      "fota build --board linux --version 1.0.1 --key release-2026.pem",
      "fota build --board nrf52840dk --version 1.0.1 --dry-run",
    ),
  )
  .action(async ({ board, json, dryRun, ...options }) => {
    requireCheckout("fota build");
    const order = { ...options, keys: checkedKeys(options.key) };
    if (dryRun !== true && isOwn(board)) {
      const made = await buildOwn(board, order);
      print(json ? `${JSON.stringify(made)}\n` : `${made.hex}, ${withCommas(made.bytes)} bytes\n`);
      return;
    }
    const commands = commandsFor(board, order);
    if (dryRun === true && json !== true) {
      print(commands.map((command) => `${shellText(command)}\n`).join(""));
    }
    if (dryRun !== true) await runCommands(commands, root);
    if (json) print(`${JSON.stringify({ board, commands })}\n`);
  });

interface Order {
  readonly version: string;
  readonly keys: readonly string[];
  readonly app?: string | undefined;
  readonly unsigned?: true | undefined;
  readonly counter?: number | undefined;
  readonly out?: string | undefined;
}

/** An image that trusts what is no key would not start: said before the minutes a build takes. */
function checkedKeys(paths: readonly string[] = []): readonly string[] {
  try {
    if (paths.length > 0) trustAnchors(paths.join(","));
  } catch (error) {
    throw new UsageError((error as Error).message.replace("--configKeys", "--key"));
  }
  return paths.map((path) => resolve(path));
}

function trustOf(keys: readonly string[]): string {
  if (keys.length === 0) developmentKey();
  return trustAnchors((keys.length === 0 ? [developmentKeyPath] : keys).join(","));
}

function commandsFor(board: AnyBoardName, order: Order): readonly Command[] {
  if (!isOwn(board)) {
    const more = [order.unsigned, order.counter, order.out].some((value) => value !== undefined);
    const { version, app = EXAMPLE } = order;
    if (!more) return vendorBoards[board].build({ version, app, trust: trustOf(order.keys) });
    throw new UsageError("--unsigned, --counter and --out are for linux and cortex-m");
  }
  const { version, keys, app, counter, out = `${version}.hex` } = order;
  const around = app === undefined ? [] : ["--configApp", resolve(app)];
  const flavour = order.unsigned ? ["--configFlavour", "unsigned"] : [];
  const trusted = keys.length === 0 ? [] : ["--configKeys", keys.join(",")];
  const program = board === "linux" ? "hw-test/board" : "hw-test/dev-kit";
  const counted = counter === undefined ? [] : ["--counter", `${counter}`];
  const packed = ["--version", version, ...counted, "--location", "https://files.example/"];
  return [
    ["make", "-s", "-C", program],
    ["npx", "rollup", "-c", "--configVersion", version, ...flavour, ...trusted, ...around],
    ["npx", "fota", "pack", "build/moddable/main.js", ...packed, "--out", resolve(out)],
  ];
}

async function buildOwn(board: AnyBoardName & keyof typeof boards, order: Order) {
  const { version, keys, app, unsigned, counter, out = `${version}.hex` } = order;
  if (unsigned && keys.length > 0) throw new UsageError("--unsigned: it trusts no --key");
  await boards[board].build();
  const { hex } = await buildImage({
    version,
    flavour: unsigned ? "unsigned" : "normal",
    app,
    ...(keys.length > 0 && { keys }),
    ...(counter !== undefined && { securityCounter: counter }),
  });
  try {
    writeFileSync(out, hex);
  } catch (error) {
    throw new UsageError(`--out ${out}: ${(error as Error).message}`);
  }
  return { board, version, hex: out, bytes: hex.length };
}
