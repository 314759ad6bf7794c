import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { firmwareFiles, importsOf, type SourceFile } from "./source-files.ts";

/** Files at the top of `firmware/` that everything may use. */
const shared = [
  "assert.ts",
  "backoff.ts",
  "config.ts",
  "deadline.ts",
  "failure.ts",
  "characters.ts",
  "link-times.ts",
  "printable.ts",
  "settings.ts",
  "text-pieces.ts",
  "trust-anchors.ts",
  "url.ts",
  "utf8.ts",
  "version-number.ts",
  "version.ts",
];

/** Which folders a folder may import, next to itself, the shared files and `ports`. */
const allowed: Record<string, readonly string[]> = {
  ports: [],
  mqtt: [],
  job: ["mqtt"],
  download: [],
  hex: [],
  patch: [],
  slot: [],
  verify: [],
  swap: [],
  confirm: [],
  application: ["verify"],
  update: ["mqtt", "job", "download", "hex", "patch", "slot", "verify", "swap", "confirm"],
};

/** The composition roots, one a platform, and what a build puts into one. */
const roots = [
  "firmware/main.ts",
  "firmware/boot-side.ts",
  "firmware/boot-side-esp-idf.ts",
  "firmware/tracker-fota.ts",
  "firmware/main-espruino.ts",
  "firmware/app-espruino.ts",
];

/** The CRC is arithmetic, not a stage: the slot writer checks pages with it. */
const exceptions = [["firmware/slot/writer.ts", "firmware/verify/crc32.ts"]];

/** The only file that imports each npm package. */
const libraries: Record<string, string> = {
  "firmware/mqtt/codec.ts": "mqtt-packet",
};

function folderOf(path: string): string {
  const parts = path.split("/");
  return parts.length > 2 ? (parts[1] ?? "") : "";
}

function violation(file: SourceFile, target: string): string | undefined {
  const from = folderOf(file.path);
  const said = `${file.path} imports ${target}`;
  if (roots.includes(file.path)) return undefined;
  if (from === "platforms") return platformViolation(target) ? said : undefined;
  if (!target.startsWith("firmware/")) {
    return libraries[file.path] === target ? undefined : said;
  }
  const to = folderOf(target);
  if (exceptions.some(([one, other]) => one === file.path && other === target)) return undefined;
  if (to === "") return shared.includes(target.slice("firmware/".length)) ? undefined : said;
  if (to === from || to === "ports") return undefined;
  return allowed[from]?.includes(to) ? undefined : said;
}

function platformViolation(target: string): boolean {
  if (!target.startsWith("firmware/")) return false;
  const to = folderOf(target);
  return !(to === "ports" || to === "platforms" || shared.includes(target.slice(9)));
}

describe("imports of the firmware", () => {
  const files = firmwareFiles();

  it("finds the firmware", () => {
    assert.ok(files.length > 20, `${files.length} files`);
  });

  it("go one way", () => {
    const found = files.flatMap((file) =>
      importsOf(file)
        .map((target) => violation(file, target))
        .filter((said) => said !== undefined),
    );
    assert.deepEqual(found, []);
  });

  it("ports, config and failure import nothing above them", () => {
    const low = files.filter((file) => /firmware\/(ports\/|config|failure)/.test(file.path));
    for (const file of low) {
      for (const target of importsOf(file)) {
        assert.match(target, /^firmware\/(ports\/|assert\.ts)/, `${file.path} imports ${target}`);
      }
    }
  });

  it("have no barrel", () => {
    assert.deepEqual(
      files.filter((file) => file.path.endsWith("/index.ts")).map((file) => file.path),
      [],
    );
  });
});
