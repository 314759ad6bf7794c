import vm from "node:vm";
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import type { Image } from "../../../tools/image/mcuboot.ts";
import { readJavascriptBody } from "../../../tools/image/script-body.ts";
import { Bootloader } from "../../desk/bootloader.ts";
import type { BoardEvent } from "../virtual/board-events.ts";
import { encodeFrame, type Frame } from "../virtual/link.ts";
import type { FlashOperation } from "../virtual/power.ts";
import { FlashChip, type FlashGate } from "./flash-chip.ts";
import { KeyValueLog } from "./key-value.ts";
import { scriptModules } from "./script-modules.ts";
import { BoardSockets } from "./sockets.ts";
import { type Exit, exits, type PowerOn, type Signal, words } from "./wires.ts";

// The processor of a power cycle, a thread of its own: the bootloader, then the image that it starts.

const powerOn = workerData as PowerOn;
const shared = new Int32Array(powerOn.shared);
/** What the two inputs read until they are told otherwise: full scale. */
const inputs = [1000, 1000];

function signal(what: Signal): void {
  parentPort?.postMessage(what);
}

function sendFrame(bytes: Uint8Array): void {
  signal({ kind: "frame", bytes });
}

function tell(event: BoardEvent): void {
  sendFrame(encodeFrame({ name: "EVENT", payload: Buffer.from(JSON.stringify(event)) }));
}

function print(text: string): void {
  signal({ kind: "console", text: text.endsWith("\n") ? text : `${text}\n` });
}

/** Nothing after it runs: the board takes the power away. */
function end(exit: Exit): never {
  signal({ kind: "end", exit });
  for (;;) Atomics.wait(shared, words.answers, Atomics.load(shared, words.answers));
}

function turn(): void {
  Atomics.add(shared, words.beats, 1);
}

/** The rig's power switch: each operation waits for its verdict. */
const gate: FlashGate = {
  ask({ kind, address, byteLength }: FlashOperation) {
    const payload = Buffer.alloc(9);
    payload.writeUInt8(kind === "erase" ? 1 : 2, 0);
    payload.writeUInt32LE(address, 1);
    payload.writeUInt32LE(byteLength, 5);
    const before = Atomics.load(shared, words.answers);
    sendFrame(encodeFrame({ name: "FLASH_OP", payload }));
    Atomics.wait(shared, words.answers, before);
    const verdict = Atomics.load(shared, words.verdict);
    if (verdict === 1) end(exits.powerCut);
    const doneBytes = verdict === 2 ? Atomics.load(shared, words.doneBytes) : byteLength;
    return { doneBytes: Math.min(doneBytes, byteLength), isLast: verdict !== 0 };
  },
  powerOff: () => end(exits.powerCut),
};

/** Feeds the watchdog at each operation, as the bootloader does between pages. */
const bootGate: FlashGate = {
  ask(operation) {
    turn();
    return gate.ask(operation);
  },
  powerOff: () => gate.powerOff(),
};

function boot(): Image {
  const chip = new FlashChip(powerOn.flashPath, bootGate);
  const slots = { primary: chip.part("image-0"), secondary: chip.part("image-1") };
  const { did, image } = new Bootloader(slots).run();
  chip.close();
  const isRefused = did === "refused";
  const swap = isRefused ? "none" : did;
  print(`boot: swap ${swap}`);
  if (isRefused) print("boot: the secondary image was unfit and is erased");
  print(`boot: ${image?.version ?? "no bootable image"}`);
  tell({ event: "boot", swap, running: image?.version ?? "", refused: isRefused } as BoardEvent);
  return image ?? end(exits.noImage);
}

function start(image: Image): void {
  const body = readJavascriptBody(image.body);
  if ("problem" in body) throw new Error(body.problem);
  const engine = `Node ${process.versions.node}`;
  tell({ event: "start", engine, bits: 64, poolBytes: 0, slotBytes: 0 });
  const chip = new FlashChip(powerOn.flashPath, gate);
  const store = new KeyValueLog(chip.part("storage"));
  const sockets = new BoardSockets(sendFrame);
  const modules = scriptModules({ chip, store, sockets, inputs });
  const take = ({ name, channel, payload }: Frame): void => {
    turn();
    if (name === "STOP") end(exits.stopped);
    else if (name === "INPUT") takeInput(Buffer.from(payload));
    else sockets.take(name, channel, payload);
  };
  // What came while it booted: inputs have their values before the first line of the script.
  for (const { message } of waiting()) take(message);
  parentPort?.on("message", take);
  setInterval(turn, Math.max(1, powerOn.watchdogMs / 8));
  run(body.text, image.version, modules);
}

function* waiting(): Generator<{ readonly message: Frame }> {
  while (parentPort !== null) {
    const received = receiveMessageOnPort(parentPort);
    if (received === undefined) return;
    yield received;
  }
}

function takeInput(payload: Buffer): void {
  const pin = payload.readUInt8(0);
  if (pin < inputs.length) inputs[pin] = Math.min(payload.readUInt16LE(1), 1000);
}

/** In a realm of its own: it sees the language, its modules, and what a board's scripts have besides. */
function run(text: string, version: string, modules: Readonly<Record<string, object>>): void {
  const globals = {
    trace: (...values: unknown[]) => print(values.join("")),
    System: Object.freeze({ restart: () => end(exits.software), resetCause: powerOn.resetCause }),
  };
  const parsingContext = vm.createContext(globals, {
    codeGeneration: { strings: false, wasm: false },
  });
  // V8 brings these by itself.
  vm.runInContext("delete globalThis.console; delete globalThis.WebAssembly;", parsingContext);
  const load = vm.compileFunction(text, ["require", "exports"], {
    parsingContext,
    filename: `image ${version}`,
  });
  const exported: { default?: () => void } = {};
  load((name: string) => {
    if (!Object.hasOwn(modules, name)) throw new Error(`no module ${name}`);
    return modules[name];
  }, exported);
  exported.default?.();
}

start(boot());
