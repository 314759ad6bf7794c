import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

/** Who includes and calls whom in C: no circle, and only downwards in README.md's "Layers". */
const folder = fileURLToPath(new URL("./", import.meta.url));
const sources = new Map(
  readdirSync(folder)
    .filter((name) => /\.[ch]$/.test(name))
    .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
);

/** Names of units: a `.c` and the `.h` of its name are one. */
type Graph = ReadonlyMap<string, ReadonlySet<string>>;

function unitOf(file: string): string {
  return file.replace(/\.[ch]$/, "");
}

function includesOf(text: string): string[] {
  return [...text.matchAll(/^#include "(.+)"/gm)].map(([, file = ""]) => file);
}

/** Functions that start a line, not indented nor static, and end in `;` or `{`. */
function functionsOf(text: string, end: ";" | "{"): string[] {
  const pattern = /^(?!static|typedef|#)\w[\w \t*]*?\b(\w+)\(([^;{}]*)\)\s*([;{])/gm;
  return [...text.matchAll(pattern)]
    .filter((match) => match[3] === end)
    .map(([, name = ""]) => name);
}

/**
 * A unit depends on each header it includes and, since not all headers are of the unit that defines
 * what they declare (`hal.h`, `script.h`), on the unit of each function it names by one of them.
 */
function dependencies(files: ReadonlyMap<string, string>): Graph {
  const definers = new Map<string, string>();
  for (const [file, text] of files)
    if (file.endsWith(".c"))
      for (const name of functionsOf(text, "{")) definers.set(name, unitOf(file));
  const graph = new Map<string, Set<string>>();
  for (const [file, text] of files) {
    const unit = unitOf(file);
    const found = graph.get(unit) ?? new Set();
    graph.set(unit, found);
    const words = new Set(text.match(/\w+/g));
    for (const header of includesOf(text)) {
      const declared = files.get(header);
      if (declared === undefined) continue; // of XS
      found.add(unitOf(header));
      if (file.endsWith(".h")) continue; // declares; it calls nobody
      for (const name of functionsOf(declared, ";"))
        if (words.has(name)) found.add(definers.get(name) ?? unitOf(header));
    }
    found.delete(unit);
  }
  return graph;
}

/** The first circle found, as the way round; empty if there is none. */
function circleIn(graph: Graph): string[] {
  const done = new Set<string>();
  function search(unit: string, way: readonly string[]): string[] {
    if (way.includes(unit)) return [...way.slice(way.indexOf(unit)), unit];
    if (done.has(unit)) return [];
    for (const next of graph.get(unit) ?? []) {
      const circle = search(next, [...way, unit]);
      if (circle.length > 0) return circle;
    }
    done.add(unit);
    return [];
  }
  for (const unit of graph.keys()) {
    const circle = search(unit, []);
    if (circle.length > 0) return circle;
  }
  return [];
}

/** The units of each row of README.md's table, the lowest layer first. */
function layers(): string[][] {
  const section = readFileSync(join(folder, "README.md"), "utf8").split("\n## Layers\n")[1];
  const rows = (section?.split("\n## ")[0] ?? "").matchAll(/^\| *\w.*\|(.+)\|$/gm);
  return [...rows].map(([, cell = ""]) =>
    [...cell.matchAll(/`(.+?)`/g)].map(([, name = ""]) => unitOf(name)),
  );
}

test("a planted circle is seen, of includes or of calls", () => {
  const included = new Map([
    ["a.c", '#include "a.h"\n#include "b.h"\n'],
    ["a.h", ""],
    ["b.c", '#include "b.h"\n#include "c.h"\n'],
    ["b.h", ""],
    ["c.h", '#include "a.h"\n'],
  ]);
  assert.deepEqual(circleIn(dependencies(included)), ["a", "b", "c", "a"]);
  included.set("c.h", "");
  assert.deepEqual(circleIn(dependencies(included)), []);

  const called = new Map([
    ["loop.c", '#include "loop.h"\n#include "script.h"\nvoid loop(void)\n{\n\tscript_go(1);\n}\n'],
    ["loop.h", "void loop(void);\n"],
    ["script.h", "/* Goes. */\nvoid script_go(\n\tint far);\n"],
    [
      "module.c",
      '#include "script.h"\n#include "loop.h"\nvoid script_go(int far)\n{\n\tloop();\n}\n',
    ],
  ]);
  assert.deepEqual(circleIn(dependencies(called)), ["loop", "module", "loop"]);
});

test("no circle of units", () => {
  const graph = dependencies(sources);
  assert.ok(graph.get("event_loop")?.has("mod_timer"), "a call by script.h is seen");
  assert.deepEqual(circleIn(graph), []);
});

test("each unit has its layer in README.md, and uses none above it", () => {
  const rows = layers();
  const layerOf = new Map(rows.flatMap((units, layer) => units.map((unit) => [unit, layer])));
  const graph = dependencies(sources);
  assert.deepEqual(rows.flat().sort(), [...graph.keys()].sort());
  const upwards = [...graph].flatMap(([unit, used]) =>
    [...used]
      .filter((other) => Number(layerOf.get(other)) > Number(layerOf.get(unit)))
      .map((other) => `${unit} uses ${other}`),
  );
  assert.deepEqual(upwards, []);
});

test("the bootloader needs nothing of the engine", () => {
  const graph = dependencies(sources);
  const needed = new Set(["boot"]);
  for (const unit of needed) for (const used of graph.get(unit) ?? []) needed.add(used);
  assert.ok(needed.has("swap") && needed.has("sha512") && needed.has("link"));
  const isOfEngine = (unit: string) =>
    [`${unit}.c`, `${unit}.h`].some((file) => /^#include "xs/m.test(sources.get(file) ?? ""));
  assert.ok(isOfEngine("machine") && isOfEngine("mod_flash"));
  assert.deepEqual([...needed].filter(isOfEngine), []);
  // Nor is it the other way round: what runs is told what the bootloader has found.
  assert.ok(!graph.get("power")?.has("boot"));
});

test("Linux is in hal_linux.c alone, a host's files and console in the top layer", () => {
  const host = new Set(layers().at(-1));
  const system = /<(sys\/\w+|dirent|errno|fcntl|poll|pthread|signal|unistd)\.h>/;
  const streams = /\b(FILE|std(in|out|err)|v?f?printf|perror|fopen|exit|getenv)\b/;
  for (const [file, text] of sources) {
    const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, "");
    assert.equal(system.test(code), file === "hal_linux.c", file);
    if (!host.has(unitOf(file))) assert.doesNotMatch(code, streams, file);
  }
});
