import { EventEmitter } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ReadlineParser, SerialPort } from "serialport";
import { toHex } from "../../../tools/image/hex.ts";
import { FLASH_BYTES, type PartitionName, partitions } from "../../../tools/image/memory-map.ts";
import type { ConsoleLine, InputName, LinkProfile, Settings, TrackerDriver } from "../../driver.ts";
import type { Credentials } from "../connect.ts";
import { startedVersion } from "../started-version.ts";
import { runCommand } from "./command.ts";
import type { BoardConfig, CommandName } from "./config.ts";

/** Longer than the start of any firmware. */
const versionMaxMs = 30_000;

/**
 * A real tracker: its console on a serial port, everything else by commands that the board's
 * configuration names (a debug probe's tool, a switched supply).
 */
export class SerialBoard implements TrackerDriver {
  private readonly config: BoardConfig;
  private readonly credentials: Credentials;
  private readonly folder = mkdtempSync(join(tmpdir(), "tracker-board-"));
  private readonly events = new EventEmitter<{ line: [ConsoleLine] }>();
  private readonly startedAtMs = performance.now();
  private readonly port: SerialPort;
  private version: string | undefined;

  /** @throws Error if the port cannot be opened */
  static async open(config: BoardConfig, credentials: Credentials): Promise<SerialBoard> {
    const { serialPort: path, baudRate } = config;
    const port = new SerialPort({ path, baudRate, autoOpen: false });
    await new Promise<void>((resolve, reject) => {
      port.open((error) => (error === null ? resolve() : reject(error)));
    });
    return new SerialBoard(config, { credentials, port });
  }

  private constructor(
    config: BoardConfig,
    { credentials, port }: { readonly credentials: Credentials; readonly port: SerialPort },
  ) {
    this.config = config;
    this.credentials = credentials;
    this.port = port;
    const lines = port.pipe(new ReadlineParser({ delimiter: "\n" }));
    lines.on("data", (text: string) => this.takeLine(text.trimEnd()));
  }

  async flash(what: { slot0: Uint8Array } | { whole: Uint8Array }): Promise<void> {
    const [bytes, address] =
      "whole" in what ? [what.whole, 0] : [what.slot0, partitions["image-0"].offset];
    await this.run("flash", {
      bin: this.file("flash.bin", bytes),
      hex: this.file("flash.hex", toHex(bytes, { address })),
      address: `0x${address.toString(16)}`,
    });
  }

  /** Hands over the key, too: the command puts it where the board keeps its secrets. */
  async provision(settings: Settings): Promise<void> {
    const { broker, files } = this.credentials;
    await this.run("provision", {
      settings: this.file("settings.json", JSON.stringify(settings)),
      ca: this.file("ca.pem", broker.ca),
      certificate: this.file("certificate.pem", broker.cert),
      key: this.file("key.pem", broker.key),
      filesCa: this.file("files-ca.pem", files.ca),
    });
  }

  /** Without a switched supply the board has power all the time: then it is reset. */
  async powerOn(): Promise<void> {
    this.version = undefined;
    await this.run(this.config.commands.powerOn === undefined ? "reset" : "powerOn");
  }

  async cutPower(): Promise<void> {
    await this.run("powerOff");
  }

  async reset(): Promise<void> {
    this.version = undefined;
    await this.run("reset");
  }

  onConsole(onLine: (line: ConsoleLine) => void): () => void {
    this.events.on("line", onLine);
    return () => this.events.off("line", onLine);
  }

  async readFlash(partition?: PartitionName): Promise<Uint8Array> {
    const { offset, byteLength } =
      partition === undefined ? { offset: 0, byteLength: FLASH_BYTES } : partitions[partition];
    const bin = join(this.folder, "read.bin");
    await this.run("readFlash", {
      bin,
      offset: `0x${offset.toString(16)}`,
      length: `${byteLength}`,
    });
    const bytes = readFileSync(bin);
    if (bytes.byteLength === byteLength) return bytes;
    throw new Error(`readFlash gave ${bytes.byteLength} bytes instead of ${byteLength}`);
  }

  /** @throws Error for anything but the link as it is: the air between board and mast */
  setLink({ name }: LinkProfile): void {
    if (name !== "none") throw new Error(`${name}: the link of a real board is not the rig's`);
  }

  setInput(input: InputName, value: number): void {
    void this.run("setInput", { input, value: `${value}` }).catch((error: Error) => {
      this.takeLine(`(rig) ${error.message}`);
    });
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (this.port.isOpen) this.port.close(() => resolve());
      else resolve();
    });
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Resolves with the version that the firmware names when it starts, since the last reset. */
  readVersion(): Promise<string> {
    if (this.version !== undefined) return Promise.resolve(this.version);
    return new Promise((resolve, reject) => {
      const stop = this.onConsole(() => {
        if (this.version === undefined) return;
        clearTimeout(timer);
        stop();
        resolve(this.version);
      });
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`no start of the firmware seen within ${versionMaxMs / 1000} s`));
      }, versionMaxMs);
    });
  }

  private takeLine(text: string): void {
    const version = startedVersion(text);
    if (version !== undefined) this.version = version;
    this.events.emit("line", { atMs: Math.round(performance.now() - this.startedAtMs), text });
  }

  private async run(
    name: CommandName,
    values: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const command = this.config.commands[name];
    if (command === undefined) throw new Error(`the board's configuration has no command ${name}`);
    await runCommand(command, { ...values, serialPort: this.config.serialPort });
  }

  private file(name: string, contents: string | Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, contents, { mode: 0o600 });
    return path;
  }
}
