import { extname } from "node:path";
import { FlashFile } from "../../../hw-test/trackers/virtual/flash-file.ts";
import { print } from "../../command-line/command.ts";
import { defineCommand } from "../../command-line/definition.ts";
import { UsageError } from "../../command-line/usage-error.ts";
import { type PartitionName, partitions } from "../../image/memory-map.ts";
import { anyBoard, anyBoardList, isOwn } from "../boards/names.ts";
import { runCommands, shellText } from "../boards/run-commands.ts";
import { type Command, type FlashOrder, type VendorBoard, vendorBoards } from "../boards/vendor.ts";
import { examples } from "../examples.ts";
import { readApplication } from "../pack/application.ts";
import { hexNumber, withCommas } from "../text.ts";

export const flash = defineCommand("flash")
  .summary("put an image on a board")
  .description(
    "Puts an image on a board. The boards that this machine has without hardware keep their flash in " +
      "a file (--flash); for others it runs the programs of their makers.",
  )
  .argument("<FILE>", "HEX with an MCUboot image, of fota pack or fota build; .bin for esptool")
  .requiredOption("--board <NAME>", anyBoardList, anyBoard)
  .option("--flash <FILE>", "the flash image of 1 MiB; made if there is none (linux, cortex-m)")
  .option("--with <TOOL>", "nrfutil, west or openocd (nrf52840dk); esptool (esp32)")
  .option("--port <PORT>", "serial port (esptool)")
  .option("--serial-number <N>", "of the debug probe (nrfutil, openocd)")
  .option("--build-dir <DIR>", "of a Zephyr build (west)")
  .option("--dry-run", "only print what would be run")
  .option("--json", "one JSON object: {board, flash, partition, bytes} or {board, commands}")
  .addHelpText(
    "after",
    examples(
      "fota flash 1.0.0.hex --board linux --flash flash.bin",
      "fota flash 1.0.0.hex --board nrf52840dk --with openocd --dry-run",
    ),
  )
  .action(async (file, { board, flash: path, json, dryRun, ...options }) => {
    if (isOwn(board)) {
      const done = flashOwn(file, { path, isDry: dryRun === true });
      const { partition, bytes, address } = done;
      const text = `${withCommas(bytes)} bytes to ${partition} (${hexNumber(address)}) of ${path}`;
      print(json ? `${JSON.stringify({ board, flash: path, ...done })}\n` : `${text}\n`);
      return;
    }
    const { serialNumber, port, buildDir: buildFolder } = options;
    const order = { file, serialNumber, port, buildFolder };
    const commands = [vendorCommand(vendorBoards[board], options.with, order)];
    if (dryRun === true && json !== true) print(`${shellText(commands[0] ?? [])}\n`);
    if (dryRun !== true) await runCommands(commands, process.cwd());
    if (json) print(`${JSON.stringify({ board, commands })}\n`);
  });

function vendorCommand(board: VendorBoard, wanted: string | undefined, order: FlashOrder): Command {
  const names = Object.keys(board.tools);
  const name = wanted ?? names[0] ?? "";
  const tool = Object.hasOwn(board.tools, name) ? board.tools[name] : undefined;
  if (tool === undefined)
    throw new UsageError(`--with ${name}: this board has ${names.join(", ")}`);
  const options = { port: "--port PORT", buildFolder: "--build-dir DIR" };
  const missing = tool.needs.find((need) => order[need] === undefined);
  if (missing !== undefined) throw new UsageError(`${name} needs ${options[missing]}`);
  if (extname(order.file).toLowerCase() === tool.ending) return tool.command(order);
  throw new UsageError(`${order.file}: ${name} takes a ${tool.ending} file`);
}

/** As a debug probe does it: what the slot held is erased, the rest of the flash is let be. */
function flashOwn(
  file: string,
  { path, isDry }: { readonly path: string | undefined; readonly isDry: boolean },
): { readonly partition: PartitionName; readonly bytes: number; readonly address: number } {
  if (path === undefined)
    throw new UsageError("--flash FILE is missing: where this board's flash is");
  const application = readApplication(file);
  if (application.form !== "image") {
    throw new UsageError(`${file}: no MCUboot image, the bootloader would not start it`);
  }
  const { image, address = partitions["image-0"].offset } = application;
  const slots = [partitions["image-0"], partitions["image-1"]];
  const slot = slots.find(({ offset }) => offset === address);
  if (slot === undefined) throw new UsageError(`${file}: ${hexNumber(address)} is no slot's start`);
  if (!isDry) FlashFile.openOrCreate(path).write(slot.name, image);
  return { partition: slot.name, bytes: image.length, address };
}
