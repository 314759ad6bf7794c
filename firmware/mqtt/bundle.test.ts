import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import vm from "node:vm";
import alias from "@rollup/plugin-alias";
import commonjs from "@rollup/plugin-commonjs";
import nodeResolve from "@rollup/plugin-node-resolve";
import mqttPacket from "mqtt-packet";
import { type Plugin, rollup } from "rollup";
import ts from "typescript";

// Any difference between Node's Buffer, bl and events and our shims shows here: the codec runs as
// on a device, in a context that has nothing but the language.

const folder = fileURLToPath(new URL(".", import.meta.url));
const shims = { bl: "bl", buffer: "buffer", debug: "debug", events: "events" };

const eraseTypes: Plugin = {
  name: "erase-types",
  async load(id) {
    if (!id.endsWith(".ts")) return null;
    const { ModuleKind, ScriptTarget } = ts;
    const compilerOptions = { module: ModuleKind.ESNext, target: ScriptTarget.ES2022 };
    return ts.transpileModule(await readFile(id, "utf8"), { compilerOptions }).outputText;
  },
};

async function bundle(): Promise<{ code: string; moduleIds: string[] }> {
  const names = Object.entries({ ...shims, "process-nextick-args": "nextick" });
  const build = await rollup({
    input: `${folder}bundle-entry.fixture.ts`,
    plugins: [
      alias({
        entries: names.map(([name, file]) => ({
          find: new RegExp(`^${name}$`),
          replacement: `${folder}shims/${file}.ts`,
        })),
      }),
      nodeResolve({ preferBuiltins: false }),
      commonjs({ requireReturnsDefault: "auto" }),
      eraseTypes,
    ],
    onwarn: (warning) => assert.fail(warning.message),
  });
  const { output } = await build.generate({ format: "iife", name: "codec" });
  await build.close();
  return { code: output[0].code, moduleIds: output[0].moduleIds };
}

interface Bundle {
  encode(packet: object): number[];
  decode(bytes: readonly number[]): string;
}

const { code, moduleIds } = await bundle();
const context = vm.createContext(Object.create(null));
vm.runInContext("delete globalThis.console; delete globalThis.WebAssembly", context);
vm.runInContext(code, context);
const codec = vm.runInContext("codec", context) as Bundle;

const packets: { cmd: string; [field: string]: unknown }[] = [
  { cmd: "connect", clientId: "tracker:é_1", clean: false, keepalive: 240 },
  { cmd: "publish", topic: "t/ä/😀", payload: "é", qos: 1, dup: false, messageId: 65535 },
  { cmd: "publish", topic: "t", payload: "x".repeat(3000), qos: 1, dup: true, messageId: 256 },
  { cmd: "publish", topic: "t", payload: "", qos: 0, dup: false, messageId: 0 },
  { cmd: "publish", topic: "t", payload: "\ud800 alone", qos: 0, dup: false, messageId: 0 },
  { cmd: "puback", messageId: 0x1234 },
  {
    cmd: "subscribe",
    messageId: 9,
    subscriptions: ["a/+", "b/é"].map((topic) => ({ topic, qos: 1 })),
  },
  { cmd: "pingreq" },
  { cmd: "disconnect" },
];

test("the context has no Buffer, process, console, timers, TextEncoder", () => {
  const names = [
    "Buffer",
    "process",
    "console",
    "setTimeout",
    "TextEncoder",
    "require",
    "queueMicrotask",
  ];
  for (const name of names) assert.equal(vm.runInContext(`typeof ${name}`, context), "undefined");
});

for (const packet of packets) {
  test(`${packet.cmd} is byte-identical to mqtt-packet's on Node`, () => {
    const expected = mqttPacket.generate({ retain: false, ...packet } as never);
    assert.deepEqual([...codec.encode(packet)], [...expected]);
  });
}

test("decodes as on Node, byte for byte, also what is malformed", async () => {
  const { PacketDecoder } = await import("./codec.ts");
  const sent = [
    { cmd: "connack", sessionPresent: true, returnCode: 0 },
    { cmd: "publish", topic: "t/é", payload: '{"é":1}', qos: 1, messageId: 7 },
    { cmd: "publish", topic: "t", payload: "", qos: 0 },
    { cmd: "puback", messageId: 7 },
    { cmd: "suback", messageId: 7, granted: [1, 128] },
    { cmd: "pingresp" },
  ].map((packet) => mqttPacket.generate({ retain: false, dup: false, ...packet } as never));
  let decoded = 0;
  for (const bytes of sent) {
    for (let index = 0; index < bytes.length; index += 1) {
      for (const flip of [0, 1, 0x80, 0xff]) {
        const frame = Uint8Array.from(bytes);
        // The frame reader guarantees the length, so that field is left alone.
        if (index !== 1) frame[index] = (frame[index] ?? 0) ^ flip;
        const onNode = new PacketDecoder().decode(frame);
        assert.deepEqual(JSON.parse(codec.decode([...frame])), describe(onNode));
        if (onNode !== undefined) decoded += 1;
      }
    }
  }
  assert(decoded > 50, `${decoded} of the frames were sound`);
});

test("of npm packages only mqtt-packet is in the bundle", () => {
  const packages = moduleIds.flatMap((id) => /node_modules\/([^/?]+)/.exec(id)?.[1] ?? []);
  assert.deepEqual([...new Set(packages)], ["mqtt-packet"]);
});

function describe(packet: object | undefined): unknown {
  if (packet === undefined) return "malformed";
  const isPublish = "payload" in packet;
  const plain = isPublish ? { ...packet, payload: [...(packet.payload as Uint8Array)] } : packet;
  return JSON.parse(JSON.stringify(plain));
}
