import { readFileSync } from "node:fs";
import { UsageError } from "../../../tools/command-line/usage-error.ts";

/** A program and its arguments; `{name}` in an argument is replaced. No shell is involved. */
export type Command = readonly [string, ...string[]];

export const commandNames = Object.freeze([
  "flash",
  "provision",
  "reset",
  "powerOn",
  "powerOff",
  "readFlash",
  "setInput",
] as const);
export type CommandName = (typeof commandNames)[number];

/** How the rig handles one board; docs/board.md has an example. */
export interface BoardConfig {
  /** For example /dev/ttyACM0. */
  readonly serialPort: string;
  readonly baudRate: number;
  readonly commands: Readonly<Partial<Record<CommandName, Command>>>;
}

/** @throws UsageError that names the file and the field */
export function readBoardConfig(path: string): BoardConfig {
  const value = readJson(path);
  const { serialPort, baudRate = 115_200, commands = {}, ...rest } = value;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw new UsageError(`${path}: unknown field ${unknown}`);
  if (typeof serialPort !== "string") throw new UsageError(`${path}: serialPort must be a path`);
  if (typeof baudRate !== "number" || !(baudRate > 0)) {
    throw new UsageError(`${path}: baudRate must be a number`);
  }
  return { serialPort, baudRate, commands: checkCommands(path, commands) };
}

function readJson(path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (isRecord(value)) return value;
    throw new Error("not a JSON object");
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message}`);
  }
}

function checkCommands(path: string, commands: unknown): BoardConfig["commands"] {
  if (!isRecord(commands)) throw new UsageError(`${path}: commands must be an object`);
  for (const [name, command] of Object.entries(commands)) {
    if (!commandNames.some((known) => known === name)) {
      throw new UsageError(`${path}: commands.${name}: known are ${commandNames.join(", ")}`);
    }
    const isCommand = Array.isArray(command) && command.length > 0;
    if (!isCommand || !command.every((word) => typeof word === "string")) {
      throw new UsageError(`${path}: commands.${name} must be a list of words`);
    }
  }
  return commands as BoardConfig["commands"];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
