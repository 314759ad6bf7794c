import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { VersionNumber } from "./ports/image.ts";
import { compareVersions, isVersion, parseVersion, versionText } from "./version-number.ts";

function parsed(text: string): VersionNumber {
  const version = parseVersion(text);
  assert.ok(version !== undefined, text);
  return version;
}

describe("version numbers", () => {
  it("are read up to the ranges of MCUboot's header", () => {
    assert.deepEqual(parsed("1.2.3"), { major: 1, minor: 2, revision: 3, build: 0 });
    assert.deepEqual(parsed("255.255.65535+4294967295"), {
      major: 255,
      minor: 255,
      revision: 65535,
      build: 4294967295,
    });
  });

  for (const text of [
    ...[
      "",
      "1",
      "1.2",
      "1.2.3.4",
      "1.2.",
      ".2.3",
      "1..3",
      "v1.2.3",
      "1.2.3-rc1",
      "1.2.3+",
      "1.2.x",
    ],
    ...["256.0.0", "0.256.0", "0.0.65536", "1.2.3+4294967296", "1.2.3+1+2", " 1.2.3", "1.2.3\n"],
    ...["01.2.3", "1.02.3", "1.2.3+01", "-1.2.3", "1.2.3+99999999999", "１.2.3"],
  ]) {
    it(`are not ${JSON.stringify(text)}`, () => assert.equal(parseVersion(text), undefined));
  }

  it("are written as they are read", () => {
    for (const text of ["0.0.0", "1.2.3", "1.2.3+4"]) assert.equal(versionText(parsed(text)), text);
    assert.equal(versionText(parsed("1.2.3+0")), "1.2.3");
  });

  it("without a build number leave it open, in what is asked for", () => {
    for (const [text, found, is] of [
      ["1.2.3", "1.2.3+7", true],
      ["1.2.3+7", "1.2.3+7", true],
      ["1.2.3+0", "1.2.3+7", false],
      ["1.2.3", "1.2.4", false],
      ["soon", "1.2.3", false],
    ] as const) {
      assert.equal(isVersion(text, parsed(found)), is, `${text} ${found}`);
    }
  });

  it("are ordered, the build number last", () => {
    const ascending = [
      "0.9.9+9",
      "1.0.0",
      "1.0.0+1",
      "1.0.2",
      "1.0.10",
      "1.2.0",
      "1.10.0",
      "2.0.0",
    ];
    ascending.forEach((one, i) => {
      ascending.forEach((other, j) => {
        assert.equal(Math.sign(compareVersions(parsed(one), parsed(other))), Math.sign(i - j));
      });
    });
  });
});
