import { Command, type CommandUnknownOpts, type ErrorOptions } from "@commander-js/extra-typings";
import { UsageError } from "./usage-error.ts";

/**
 * Commander's command with this project's rules: bad usage is a UsageError of one line, and no word
 * is taken for what it may not have been meant to be.
 */
class StrictCommand extends Command {
  override createCommand(name?: string): Command {
    return new StrictCommand(name);
  }

  /** Commander itself reads `--hex --json` as a file `--json`, and `-5` as an argument. */
  override parseOptions(args: string[]): ReturnType<Command["parseOptions"]> {
    for (const [index, word] of optionWords(args).entries()) {
      const [flag, value] = splitAtEqualsSign(word);
      const option = this.options.find(({ long }) => long === flag);
      const next = args[index + 1] ?? "";
      if (option?.isBoolean() && value !== undefined) {
        this.error(`option '${flag}' does not take an argument`);
      }
      if (option?.required && value === undefined && /^-./.test(next)) {
        this.error(`option '${flag}' argument is ambiguous; did you mean '${flag}=${next}'?`);
      }
      if (this.commands.length === 0 && /^-\.?\d/.test(word))
        this.error(`unknown option '${word}'`);
    }
    return super.parseOptions(args);
  }

  /** Every complaint of the library comes here. */
  override error(message: string, { code }: ErrorOptions = {}): never {
    const line = message.replace(/^error: /, "").replace(/\s*\n\s*/g, " ");
    const badValue = /^option '(--[\w-]+).*?' argument '(.*)' is invalid\. (.*)$/.exec(line);
    if (badValue !== null) throw new UsageError(`${badValue[1]} ${badValue[2]}: ${badValue[3]}`);
    const excess = this.args[this.registeredArguments.length];
    const said = code === "commander.excessArguments" ? `unexpected argument '${excess}'` : line;
    const hint = `${fullName(this)} --help lists the options`;
    throw new UsageError(`${said.charAt(0).toUpperCase()}${said.slice(1)} (${hint})`);
  }
}

/**
 * @param name what is typed before the options, for example `npm start --`
 * @returns a command to give options, arguments and a description, in commander's ways
 */
export function defineCommand(name: string): Command {
  return new StrictCommand(name).helpOption("--help", "print this");
}

/**
 * Reads `args` into the command's options and arguments.
 * @returns false when help was asked for: whatever else was given, nothing is read
 * @throws UsageError
 */
export function readArguments(command: CommandUnknownOpts, args: readonly string[]): boolean {
  if (asksForHelp(args)) return false;
  command.parse([...args], { from: "user" });
  return true;
}

/** Help wins over whatever else is on the line. */
export function asksForHelp(args: readonly string[]): boolean {
  return optionWords(args).includes("--help");
}

/** What `--help` prints. */
export function helpText(command: CommandUnknownOpts): string {
  let text = "";
  const output = command.configureOutput();
  command.configureOutput({
    writeOut(part) {
      text += part;
    },
  });
  command.outputHelp();
  command.configureOutput(output);
  return text;
}

/** What comes after a `--` is no option. */
function optionWords(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return end === -1 ? args : args.slice(0, end);
}

function splitAtEqualsSign(word: string): [flag: string, value: string | undefined] {
  const at = word.indexOf("=");
  return at === -1 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

function fullName(command: CommandUnknownOpts): string {
  const { parent } = command;
  return parent === null ? command.name() : `${fullName(parent)} ${command.name()}`;
}
