import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { defineCommand, helpText, readArguments } from "./definition.ts";
import { each, fileText, oneOf, portNumber, wholeNumber } from "./values.ts";

const command = defineCommand("npm run demo --")
  .argument("[FILE]")
  .option("--key <FILE>", "a key")
  .option("--port <N>", "a port", portNumber)
  .option("--count <N>", "how many", wholeNumber({ least: 0, most: 50 }), 7)
  .option("--on <WHAT>", "where", oneOf("a", "b", "c"))
  .option("--tag <T>", "tags", each(String))
  .option("--json", "as JSON")
  .addHelpText("after", "\nExamples: none");

function given(...args: string[]) {
  assert.equal(readArguments(command, args), true);
  return { ...command.opts(), arguments: command.args };
}

describe("a command's definition", () => {
  it("reads options and arguments, anew each time", () => {
    const all = ["--key=k", "--port", "80", "--on", "b", "--tag", "x", "--tag", "y", "--json", "f"];
    assert.deepEqual(given(...all), {
      key: "k",
      port: 80,
      count: 7,
      on: "b",
      tag: ["x", "y"],
      json: true,
      arguments: ["f"],
    });
    assert.deepEqual(given(), { count: 7, arguments: [] });
  });

  it("takes the last of a repeated value", () => {
    assert.equal(given("--key", "a", "--key", "b").key, "b");
  });

  it("takes a word with a dash where it can mean nothing else", () => {
    assert.equal(given("--key=-k").key, "-k");
    assert.equal(given("--key", "-").key, "-");
    assert.deepEqual(given("--", "--json").arguments, ["--json"]);
  });

  it("has help, which wins over all else", () => {
    for (const args of [["--help"], ["--port", "0", "--help"], ["--help", "--nonsense"]]) {
      assert.equal(readArguments(command, args), false, args.join(" "));
    }
    const help = helpText(command);
    assert.match(help, /^Usage: npm run demo -- \[options\] \[FILE\]\n/);
    assert.match(help, /--count <N> {3}how many \(default: 7\)\n/);
    assert.match(help, /\nExamples: none\n$/);
  });
});

const hint = "(npm run demo -- --help lists the options)";
const refusals: ReadonlyArray<readonly [args: string[], message: string]> = [
  [["--nonsense"], `Unknown option '--nonsense' ${hint}`],
  [["--jso"], `Unknown option '--jso' (Did you mean --json?) ${hint}`],
  [["--no-json"], `Unknown option '--no-json' (Did you mean --json?) ${hint}`],
  [["-h"], `Unknown option '-h' ${hint}`],
  [["-5"], `Unknown option '-5' ${hint}`],
  [["-.5"], `Unknown option '-.5' ${hint}`],
  [["--json=1"], `Option '--json' does not take an argument ${hint}`],
  [["--key"], `Option '--key <FILE>' argument missing ${hint}`],
  [
    ["--key", "--json"],
    `Option '--key' argument is ambiguous; did you mean '--key=--json'? ${hint}`,
  ],
  [["--key", "--"], `Option '--key' argument is ambiguous; did you mean '--key=--'? ${hint}`],
  [["f", "extra"], `Unexpected argument 'extra' ${hint}`],
  [["--", "--json", "--help"], `Unexpected argument '--help' ${hint}`],
  [["--port", "0"], "--port 0: 1 to 65535"],
  [["--port", "65536"], "--port 65536: 1 to 65535"],
  [["--port="], "--port : 1 to 65535"],
  [["--port", "0x50"], "--port 0x50: 1 to 65535"],
  [["--port", "0", "--port", "80"], "--port 0: 1 to 65535"],
  [["--count", "000"], "--count 000: 0 to 50"],
  [["--on", "it's"], "--on it's: a, b or c"],
];

describe("bad usage", () => {
  for (const [args, message] of refusals) {
    it(`is said in one line: ${args.join(" ")}`, () => {
      assert.throws(() => readArguments(command, args), { name: "UsageError", message });
    });
  }

  it("of a subcommand points to the subcommand's help", () => {
    const program = defineCommand("demo");
    program
      .command("pack")
      .option("--key <FILE>")
      .action(() => {});
    const hint = "(demo pack --help lists the options)";
    for (const [args, message] of [
      [["pack", "--nonsense"], `Unknown option '--nonsense' ${hint}`],
      [["pack", "extra"], `Unexpected argument 'extra' ${hint}`],
      [["pack", "--key", "-5"], /'--key' argument is ambiguous/],
      [["pick"], "Unknown command 'pick' (Did you mean pack?) (demo --help lists the options)"],
    ] as const) {
      assert.throws(() => program.parse([...args], { from: "user" }), {
        name: "UsageError",
        message,
      });
    }
  });

  it("is a file without an end", () => {
    const message = "--key /dev/zero: larger than 32 MB, no file of this kind is";
    assert.throws(() => fileText("--key", "/dev/zero", "utf8"), { name: "UsageError", message });
  });

  it("is a file that cannot be read", () => {
    const message = /^--key nowhere\.pem: ENOENT/;
    assert.throws(() => fileText("--key", "nowhere.pem", "utf8"), { name: "UsageError", message });
  });
});
