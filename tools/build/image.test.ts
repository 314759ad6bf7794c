import assert from "node:assert/strict";
import { describe, it } from "node:test";
import MemoryMap from "nrf-intel-hex";
import { BoardError, engineIsMissing } from "../../hw-test/board/program.ts";
import { readImage } from "../image/mcuboot.ts";
import { makePatch } from "../patch/make-patch.ts";
import { asBuilt, buildImage, imageFromScript } from "./image.ts";

const skip = engineIsMissing() ?? false;

describe("imageFromScript", { timeout: 120_000, skip }, () => {
  it("makes an MCUboot image of bytecode", async () => {
    const bytes = await imageFromScript({ source: `trace("hi\\n");`, version: "1.2.3+4" });
    const image = readImage(bytes);
    assert.ok(image);
    assert.deepEqual([image.version, image.digestOk], ["1.2.3+4", true]);
    assert.ok(image.body.byteLength > 0);
    assert.equal(image.byteLength, bytes.byteLength);
  });

  it("names the line of a syntax error", async () => {
    await assert.rejects(
      imageFromScript({ source: "let a;\nlet 1;", version: "1.0.0" }),
      (error) => error instanceof BoardError && /main\.js:2/.test(error.message),
    );
  });
});

/** A script of these names, and no others that are its own. */
async function namesInImage(names: readonly string[]): Promise<string[]> {
  const source = names.map((name) => `export let ${name} = 1;`).join("\n");
  const image = readImage(await imageFromScript({ source, version: "1.0.0" }));
  const body = Buffer.from(image?.body ?? []);
  // hw-test/board/bytecode.h: the bytes of own names at 20, the names at 28.
  const text = body.subarray(28, 28 + body.readUInt32LE(20));
  return text.toString("latin1").split("\0").slice(0, -1);
}

describe("the ids of names", { timeout: 120_000, skip }, () => {
  const names = Array.from({ length: 400 }, (_, index) => `name${index * 7919}`);

  it("do not depend on the order in which the names come", async () => {
    const some = await namesInImage(names);
    assert.equal(names.filter((name) => some.includes(name)).length, 400);
    assert.deepEqual(await namesInImage([...names].reverse()), some);
  });

  it("nearly all stay where names come and go", async () => {
    const before = await namesInImage(names);
    for (const changed of [[...names, "another"], names.slice(1), ["other", ...names.slice(1)]]) {
      const ids = await namesInImage(changed);
      const moved = before.filter((name, id) => ids.includes(name) && ids[id] !== name);
      assert.ok(moved.length <= 30, `${moved.length} of ${before.length} names have another id`);
    }
  });
});

/** A class and a function for each name, which take the variables beside it into their scope. */
function moduleOf(names: readonly string[]): string {
  const next = (index: number) => names[(index + 1) % names.length];
  const parts = names.map(
    (name, index) =>
      `const ${name} = [${index}]; class C${name} { get(x) { return ${name}[x] ?? ${next(index)}; } }\n` +
      `function f${name}() { return new C${name}().get(${name.length}) + C${next(index)}.length; }`,
  );
  return `${parts.join("\n")}\nexport default () => [${names.map((name) => `f${name}`)}];`;
}

describe("the places of variables", { timeout: 120_000, skip }, () => {
  const names = Array.from({ length: 200 }, (_, index) => `v${(index * 7919) % 1009}`);
  const imageOfModule = (source: string) => imageFromScript({ source, version: "1.0.0" });

  it("nearly all stay where a variable comes", async () => {
    const source = moduleOf(names);
    const after = await imageOfModule(`const added = 1;\n${source}`);
    const patch = makePatch(await imageOfModule(source), after);
    // 700 without spare places, 1,100 in the parser's order.
    assert.ok(patch.length < 500, `${patch.length} bytes`);
  });
});

describe("buildImage", { timeout: 120_000, skip }, () => {
  it("builds the firmware once and then finds it", async () => {
    const first = await buildImage({ version: "9.8.7" });
    const second = await buildImage({ version: "9.8.7" });
    assert.equal(readImage(first.image)?.version, "9.8.7");
    assert.deepEqual(Buffer.from(second.image), Buffer.from(first.image));
    assert.equal(second.hex, first.hex);
    const crash = await buildImage({ version: "9.8.7", flavour: "crash" });
    assert.notDeepEqual(Buffer.from(crash.image), Buffer.from(first.image));
  });

  it("gives the image as HEX at the primary slot, by another reader's reckoning", () => {
    const image = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 31) & 0xff);
    const blocks = MemoryMap.fromHex(asBuilt(image).hex).join();
    assert.deepEqual([...blocks.keys()], [0x10000]);
    assert.deepEqual(Buffer.from(blocks.get(0x10000) ?? []), Buffer.from(image));
  });
});
