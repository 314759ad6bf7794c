import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "package-"));
const installed = join(folder, "node_modules", "tracker-fota");
const tsc = join(root, "node_modules/typescript/bin/tsc");

after(() => rmSync(folder, { recursive: true }));

/** The package as npm makes it, beside the packages that npm would install with it, and no others. */
before(() => {
  // As prepack does it; npm may be set to run no scripts.
  execFileSync("npm", ["run", "--silent", "build:moddable"], { cwd: root, stdio: "pipe" });
  const said = execFileSync("npm", ["pack", "--json", "--pack-destination", folder], { cwd: root });
  const [{ filename }] = JSON.parse(String(said).slice(String(said).indexOf("[")));
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["xzf", join(folder, filename), "--strip-components=1", "-C", installed]);
  for (const path of runtimePackages()) {
    const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
    mkdirSync(join(folder, "node_modules", dirname(name)), { recursive: true });
    const link = join(folder, "node_modules", name);
    if (!existsSync(link)) symlinkSync(path, link);
  }
});

function runtimePackages(): string[] {
  const list = execFileSync("npm", ["ls", "--omit=dev", "--all", "--parseable"], { cwd: root });
  return String(list)
    .split("\n")
    .filter((path) => path.includes("node_modules/"));
}

function fota(...args: string[]) {
  const program = join(installed, "tools/fota/fota.mjs");
  return spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: "utf8" });
}

describe("the npm package", () => {
  it("has what a manifest includes", () => {
    for (const path of [
      "manifest.json",
      "build/sdk/tracker-fota.js",
      "firmware/platforms/moddable/zephyr/manifest.json",
      "examples/sensor-loop/manifest.json",
      "LICENSE",
      "NOTICE",
    ]) {
      assert.ok(existsSync(join(installed, path)), path);
    }
    assert.ok(!existsSync(join(installed, "build/keys")), "no key of ours");
  });

  it("exports what its major version promises, and nothing else", () => {
    const text = readFileSync(join(installed, "build/sdk/tracker-fota.js"), "utf8");
    const [, names = ""] = /export\s*\{([^}]*)\};?\s*$/.exec(text.trim()) ?? [];
    const exported = names.split(",").map((name) => name.replace(/^.*\bas\b/, "").trim());
    assert.doesNotMatch(text, /=04[0-9a-f]{128}/, "no key of who made the package");
    assert.deepEqual(exported.sort(), ["consentGate", "startClient", "windowGate"]);
  });

  it("has types that an application in TypeScript is checked against", () => {
    const check = (line: string) => {
      writeFileSync(
        join(folder, "main.ts"),
        `import { consentGate, startClient } from "tracker-fota";\n${line}\n`,
      );
      const options = [
        "--noEmit",
        "--strict",
        "--module",
        "esnext",
        "--moduleResolution",
        "bundler",
      ];
      const args = [tsc, ...options, "--target", "es2022", "main.ts"];
      return spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    };
    const good = check(
      'const client = startClient({ version: "1.0.0", trust: "k=04", gates: [consentGate(() => true)],' +
        " mayReset: () => undefined });\nconst ok: boolean = client.rollback(); void ok;",
    );
    assert.equal(good.status, 0, good.stdout);
    const bad = check('startClient({ version: "1.0.0" });');
    assert.match(bad.stdout, /Property 'trust' is missing/);
  });

  it("brings fota: keys and releases need no checkout", () => {
    const keygen = fota("keygen", "release.pem");
    assert.equal(keygen.status, 0, keygen.stderr);
    assert.match(keygen.stdout, /trust anchor {2}release=04[0-9a-f]{128}/);
    writeFileSync(join(folder, "app.bin"), Buffer.alloc(2000, 0x5a));
    const release = ["--version", "1.0.1", "--key", "release.pem", "--location", "s3://bucket/"];
    const pack = fota("pack", "app.bin", ...release);
    assert.equal(pack.status, 0, pack.stderr);
    const inspect = fota("inspect", "1.0.1.hex");
    assert.equal(inspect.status, 0, inspect.stderr);
  });

  it("says of what it leaves out where that is", () => {
    const { status, stderr } = fota("build", "--board", "linux", "--version", "1.0.0");
    assert.notEqual(status, 0);
    assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
    assert.match(stderr, /checkout/);
  });
});
