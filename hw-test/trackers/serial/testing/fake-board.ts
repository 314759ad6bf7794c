import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { type Listening, listen, loopback } from "../../../cloud/listen.ts";
import type { Resolve } from "../../connect.ts";
import { VirtualTracker } from "../../virtual/tracker.ts";
import type { BoardConfig, Command, CommandName } from "../config.ts";
import { PseudoTerminal } from "./pseudo-terminal.ts";

export interface FakeBoardOptions {
  /** Where the virtual tracker keeps its flash. */
  readonly flashPath: string;
  /** The network that the board sees. */
  readonly resolve: Resolve;
}

/** Tells the probe server the files that a command was given; its refusal ends the command. */
const client = `
const [url, ...files] = process.argv.slice(1);
fetch(url, { method: "POST", body: JSON.stringify(files) }).then(async (answer) => {
  if (!answer.ok) { console.error(await answer.text()); process.exit(1); }
});`;

/** What each command is given, in this order. */
const words: Readonly<Partial<Record<CommandName, readonly string[]>>> = {
  flash: ["{bin}"],
  provision: ["{settings}", "{ca}", "{certificate}", "{key}", "{filesCa}"],
  powerOn: [],
  powerOff: [],
  reset: [],
  readFlash: ["{bin}", "{offset}", "{length}"],
};

/**
 * A virtual tracker that looks like a board: its console on a serial port, a debug probe's commands
 * as programs of their own. So the driver for real boards is tested without one.
 */
export class FakeBoard {
  readonly config: BoardConfig;
  private readonly options: FakeBoardOptions;
  private readonly terminal: PseudoTerminal;
  private probe: Listening | undefined;
  private image: Uint8Array = new Uint8Array();
  private tracker: VirtualTracker | undefined;
  private isOn = false;

  static async start(options: FakeBoardOptions): Promise<FakeBoard> {
    const terminal = await PseudoTerminal.open();
    let board: FakeBoard | undefined;
    const server = createServer(async (request, response) => {
      try {
        const files = JSON.parse(await text(request)) as string[];
        await board?.run((request.url ?? "").slice(1), files);
        response.end();
      } catch (error) {
        response.writeHead(500).end((error as Error).message);
      }
    });
    const probe = await listen(server, 0, "debug probe");
    board = new FakeBoard(options, { terminal, probe });
    return board;
  }

  private constructor(
    options: FakeBoardOptions,
    { terminal, probe }: { readonly terminal: PseudoTerminal; readonly probe: Listening },
  ) {
    this.options = options;
    this.terminal = terminal;
    this.probe = probe;
    const url = `http://${loopback}:${probe.port}`;
    const commands = Object.fromEntries(
      Object.entries(words).map(([name, names]): [string, Command] => [
        name,
        [process.execPath, "-e", client, `${url}/${name}`, ...names],
      ]),
    );
    this.config = { serialPort: terminal.path, baudRate: 115_200, commands };
  }

  async stop(): Promise<void> {
    await this.tracker?.stop();
    await this.probe?.stop();
    await this.terminal.close();
  }

  private async run(name: string, files: readonly string[]): Promise<void> {
    const [first = ""] = files;
    if (name === "flash") this.image = readFileSync(first);
    else if (name === "provision") await this.provision(files);
    else if (name === "powerOff") await this.powerOff();
    else if (name === "powerOn" || name === "reset") await this.start();
    else if (name === "readFlash") this.readOut(files);
    else throw new Error(`no command ${name}`);
  }

  /** The certificates come with the settings: only now can the tracker be made. */
  private async provision(files: readonly string[]): Promise<void> {
    const [settings = "", ca = "", cert = "", key = "", filesCa = ""] = files.map((path) =>
      readFileSync(path, "utf8"),
    );
    await this.tracker?.stop();
    const credentials = { broker: { ca, cert, key }, files: { ca: filesCa } };
    const tracker = new VirtualTracker({ ...this.options, credentials });
    tracker.onConsole((line) => this.terminal.write(`${line.text}\r\n`));
    await tracker.flash({ slot0: this.image });
    await tracker.provision(JSON.parse(settings));
    this.tracker = tracker;
    this.isOn = false;
  }

  private async start(): Promise<void> {
    if (this.tracker === undefined) throw new Error("nothing is flashed");
    if (this.isOn) await this.tracker.reset();
    else await this.tracker.powerOn();
    this.isOn = true;
  }

  private async powerOff(): Promise<void> {
    await this.tracker?.cutPower();
    this.isOn = false;
  }

  private readOut([path = "", offset = "", length = ""]: readonly string[]): void {
    if (this.tracker === undefined) throw new Error("nothing is flashed");
    const start = Number(offset);
    writeFileSync(path, this.tracker.flashFile.read().subarray(start, start + Number(length)));
  }
}
