import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { jailed, requireJail } from "./jail.ts";

const folder = mkdtempSync(join(tmpdir(), "jail-test-"));
after(() => rmSync(folder, { recursive: true }));

function missing(): string | undefined {
  try {
    requireJail();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
const noJail = missing();

/** What a board that is a shell script can do in the jail. */
function inJail(script: string): string {
  const flash = join(folder, "flash.bin");
  writeFileSync(flash, "flash");
  const { program, before = [] } = jailed({ program: "/bin/sh", arguments: [] }, flash);
  return execFileSync(program, [...before, "-c", script], { encoding: "utf8" }).trim();
}

describe("a board in a jail", { skip: noJail ?? false }, () => {
  it("reads and writes its flash image", () => {
    assert.equal(inJail(`cat ${folder}/flash.bin; printf new > ${folder}/flash.bin`), "flash");
    assert.equal(readFileSync(join(folder, "flash.bin"), "utf8"), "new");
  });

  it("sees no file beside it, none of its user's, and not the development key", () => {
    writeFileSync(join(folder, "secret"), "secret");
    const home = process.env["HOME"] ?? "/root";
    const script = `ls ${folder}; ls -d ${home} /etc/passwd build/keys 2>&1 | grep -c 'No such'`;
    assert.equal(inJail(script), "flash.bin\n3");
  });

  it("has no network but a loopback of its own", () => {
    const interfaces = inJail("tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '");
    assert.equal(interfaces, "lo");
  });

  it("sees no other process and no environment", () => {
    assert.match(inJail("ls /proc | grep -c '^[0-9]'"), /^[1-6]$/);
    const names = inJail("env | cut -d= -f1 | sort | grep -v '^_$' | tr '\\n' ' '");
    assert.equal(names, "PATH PWD");
  });
});
