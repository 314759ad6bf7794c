import { rollup } from "rollup"; import ts from "typescript"; import { readFileSync, writeFileSync } from "node:fs";
import nodeResolve from "@rollup/plugin-node-resolve"; import commonjs from "@rollup/plugin-commonjs";
import { runBoardTool, buildBoard } from "../../hw-test/virtual/board.ts"; import { toHex } from "../../tools/image/hex.ts"; import { spawnSync } from "node:child_process";
const sizes = (process.argv[2] ?? "16,32,255").split(",").map(Number); const inputs = (process.argv[3] ?? "parser,slot,intel.js,nrf.js").split(","); const bytes = Number(process.argv[4] ?? 16384);
for (const recordBytes of sizes) {
const image = new Uint8Array(bytes).map((_, i) => (i * 2654435761 >>> 13) & 255);
const text = toHex(image, { address: 0x10000, recordBytes });
for (const input of inputs) {
const file = /parser|slot/.test(input) ? "ours.ts" : input;
const b = await rollup({ input: new URL(file, import.meta.url).pathname, plugins: [ { name: "hexfile", resolveId(id) { return id === "hex-file" ? "\0hex" : null }, load(id) { return id === "\0hex" ? `export const hexText = ${JSON.stringify(text)}; export const expectedBytes = ${image.length};` : null } },
 nodeResolve({ preferBuiltins: false }), commonjs(), { name: "ts", load(id) { return id.endsWith(".ts") ? ts.transpileModule(readFileSync(id, "utf8"), { compilerOptions: { module: 99, target: 9 } }).outputText : null } } ] });
const { output } = await b.generate({ format: "es" });
writeFileSync("/tmp/bench/x.js", output[0].code.replace("MODE", input));
await runBoardTool(["compile", "/tmp/bench/x.js", "/tmp/bench/x.xsb"]);
const r = spawnSync("valgrind", ["--tool=callgrind", "--toggle-collect=meter", `--callgrind-out-file=/tmp/bench/cg.${input}.${recordBytes}`, await buildBoard(), "bench", "/tmp/bench/x.xsb"], { encoding: "utf8" });
const ir = Number(/Collected : (\d+)/.exec(r.stderr)?.[1]);
console.log(recordBytes, input, r.stdout.trim(), (ir / text.length).toFixed(0), "instr/char");
}}
