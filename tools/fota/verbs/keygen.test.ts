import assert from "node:assert/strict";
import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { after, describe, it } from "node:test";
import { trustAnchors } from "../../keys/trust-anchors.mjs";
import { Folder, ONE_LINE } from "../testing/run-fota.ts";

const folder = new Folder();
after(() => folder.remove());

describe("fota keygen", () => {
  it("makes a key that a build trusts, for its owner's eyes alone", async () => {
    const { code, output, errors } = await folder.fota("keygen", "release-2026.pem", "--json");
    assert.equal(code, 0, errors);
    const told = JSON.parse(output);
    const path = folder.file("release-2026.pem");
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(told.id, "release-2026");
    assert.equal(told.trustAnchor, trustAnchors(path));
    const key = createPrivateKey(readFileSync(path));
    const publicKey = createPublicKey(key);
    assert.equal(key.asymmetricKeyDetails?.namedCurve, "prime256v1");
    assert.equal(told.publicKey, publicKey.export({ format: "pem", type: "spki" }));
    const spki = publicKey.export({ format: "der", type: "spki" });
    assert.equal(told.keyHash, createHash("sha256").update(spki).digest("hex"));
    assert.deepEqual(readdirSync(folder.path), ["release-2026.pem"], "nothing is left beside it");
  });

  it("keeps a key that is there, whatever it is, unless --force is given", async () => {
    const path = folder.file("old.pem");
    writeFileSync(path, "precious", { mode: 0o644 });
    const refused = await folder.fota("keygen", "old.pem");
    assert.equal(refused.code, 2);
    assert.match(refused.errors, /^fota: old\.pem: exists; --force would lose it for good\n$/);
    assert.equal(readFileSync(path, "utf8"), "precious");
    const forced = await folder.fota("keygen", "old.pem", "--force");
    assert.equal(forced.code, 0, forced.errors);
    assert.match(forced.output, /^trust anchor {2}old=04[0-9a-f]{128}$/m);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(createPrivateKey(readFileSync(path)).asymmetricKeyType, "ec");
  });

  for (const [args, message] of [
    [["a b.pem"], /its name is the key's id/],
    [[`${"x".repeat(33)}.pem`], /its name is the key's id/],
    [["no/such/folder.pem"], /ENOENT/],
    [["a.pem", "b.pem"], /Unexpected argument 'b\.pem'/],
    [["--nonsense"], /Unknown option/],
  ] as const) {
    it(`says what is wrong with ${args.join(" ")} and exits with 2`, async () => {
      const { code, output, errors } = await folder.fota("keygen", ...args);
      assert.equal(code, 2);
      assert.equal(output, "");
      assert.match(errors, ONE_LINE);
      assert.match(errors, message);
    });
  }
});
