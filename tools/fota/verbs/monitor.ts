import { closeSync, openSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import { printable } from "../../../firmware/printable.ts";
import { boards } from "../../../hw-test/trackers/boards.ts";
import { FlashFile } from "../../../hw-test/trackers/virtual/flash-file.ts";
import { jailed, requireJail } from "../../../hw-test/trackers/virtual/jail.ts";
import { print } from "../../command-line/command.ts";
import { CommandFailed } from "../../command-line/command-failed.ts";
import { defineCommand } from "../../command-line/definition.ts";
import { UsageError } from "../../command-line/usage-error.ts";
import { wholeNumber } from "../../command-line/values.ts";
import { ownBoard } from "../boards/names.ts";
import { examples } from "../examples.ts";
import { openBoard } from "../monitor/board.ts";
import { openSerial } from "../monitor/serial.ts";
import type { OnLine, Source } from "../monitor/source.ts";

const LINE_MAX_CHARS = 4096;

export const monitor = defineCommand("monitor")
  .summary("show a board's console, with the time of each line")
  .description(
    "Shows the console of a board at a serial port, or of one that this machine has without hardware " +
      "(switched on, without a network), with the time of each line in UTC. Ctrl-C ends it.",
  )
  .argument("[PORT]", "for example /dev/ttyACM0")
  .option("--baud <N>", "speed of the port", wholeNumber({ least: 50, most: 4_000_000 }), 115_200)
  .option("--board <NAME>", "linux, cortex-m or cortex-m-64mhz, instead of a port", ownBoard)
  .option("--flash <FILE>", "the flash image of that board")
  .option("--jail", "run that board in a jail: no network, no files (needs bubblewrap)")
  .option("--log <FILE>", "append the lines to FILE too")
  .option("--until <TEXT>", "end when a line has TEXT in it")
  .option(
    "--seconds <N>",
    "end after so long; with --until, without success",
    wholeNumber({ least: 1, most: 86_400 }),
  )
  .option("--json", "each line as a JSON object: {at, text}")
  .addHelpText(
    "after",
    examples(
      "fota monitor /dev/ttyACM0 --log console.txt",
      'fota monitor --board linux --flash flash.bin --until "update: idle" --seconds 60',
    ),
  )
  .action(async (port, options) => {
    const { log, until, seconds, json } = options;
    const file = log === undefined ? undefined : openLog(log);
    const end = new Ending();
    const onLine: OnLine = (line) => {
      const text = printable(line, LINE_MAX_CHARS);
      const at = new Date().toISOString();
      const stamped = json ? JSON.stringify({ at, text }) : `${at} ${text}`;
      print(`${stamped}\n`);
      if (file !== undefined) writeSync(file, `${stamped}\n`);
      if (until !== undefined && text.includes(until)) end.now(undefined);
    };
    try {
      const source = await openSource(port, options, onLine);
      if (seconds !== undefined) end.after(seconds, until);
      void source.ended.then((why) => end.now(why));
      const why = await end.reached;
      source.close();
      await source.ended;
      if (why !== undefined) throw new CommandFailed(why);
    } finally {
      end.dispose();
      if (file !== undefined) closeSync(file);
    }
  });

/** Whatever comes first: a signal, the time, the text, the source's own end. */
class Ending {
  /** Why it did not succeed, or undefined. */
  readonly reached: Promise<string | undefined>;
  now: (why: string | undefined) => void = () => {};
  private timer: NodeJS.Timeout | undefined;
  private readonly onSignal = (): void => this.now(undefined);

  constructor() {
    this.reached = new Promise((resolve) => {
      this.now = resolve;
    });
    process.on("SIGINT", this.onSignal).on("SIGTERM", this.onSignal);
  }

  after(seconds: number, awaited: string | undefined): void {
    const why = awaited === undefined ? undefined : `no line with "${awaited}" in ${seconds} s`;
    this.timer = setTimeout(() => this.now(why), seconds * 1000);
  }

  dispose(): void {
    clearTimeout(this.timer);
    process.off("SIGINT", this.onSignal).off("SIGTERM", this.onSignal);
  }
}

async function openSource(
  port: string | undefined,
  options: {
    readonly baud: number;
    readonly board?: keyof typeof boards | undefined;
    readonly flash?: string | undefined;
    readonly jail?: true | undefined;
  },
  onLine: OnLine,
): Promise<Source> {
  const { baud, board, flash, jail } = options;
  if ((port === undefined) === (board === undefined)) {
    throw new UsageError("either a PORT or --board NAME with --flash FILE");
  }
  if (port !== undefined) return openSerial(port, baud, onLine);
  if (flash === undefined || board === undefined)
    throw new UsageError("--board needs --flash FILE");
  const file = FlashFile.open(flash);
  const path = resolve(file.path);
  if (jail) requireJail();
  const program = await boards[board].build();
  const { ended, close } = openBoard(jail ? jailed(program, path) : program, path, onLine);
  // QEMU has it longer while it runs.
  return { close, ended: ended.finally(() => file.trim()) };
}

function openLog(path: string): number {
  try {
    return openSync(path, "a");
  } catch (error) {
    throw new UsageError(`--log ${path}: ${(error as Error).message}`);
  }
}
