import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { config } from "../../config.ts";
import { hexExecution, outcomeMessage, patchExecution } from "../message-fields.ts";
import { nameMaxBytes } from "./cursor.ts";
import type { JsonFieldTable } from "./fields.ts";
import { JsonReader, type JsonVerdict } from "./reader.ts";

const table: JsonFieldTable = [
  { path: "", maxBytes: 8 },
  { path: "text", maxBytes: 6 },
  { path: "count", maxBytes: 6 },
  { path: "inner", maxBytes: 0 },
  { path: "inner.text", maxBytes: 3 },
  { path: "inner.other", maxBytes: 3, isAlternative: true },
  { path: "inner.deep", maxBytes: 0 },
  { path: "inner.deep.text", maxBytes: 3 },
];
const reader = new JsonReader([table]);
const { message } = reader;

/** @param source text, or bytes in hexadecimal where text cannot say it */
function verdictOf(source: string | { readonly hex: string }): JsonVerdict {
  const bytes = typeof source === "string" ? Buffer.from(source) : Buffer.from(source.hex, "hex");
  reader.begin(table);
  reader.push(bytes, 0, bytes.length);
  return reader.end();
}

function reads(source: string): void {
  assert.equal(verdictOf(source), "sound", source);
}

describe("a JSON text (RFC 8259)", () => {
  for (const text of [
    "null",
    "true",
    "false",
    "0",
    "-0",
    "12",
    "-1.50",
    "1e9",
    "1E-9",
    "0e+1",
    "0.0e0",
    '""',
    '"/"',
    '"\u007f\u2028"',
    '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\uABCD"',
    '"\\ud83d\\ude00"',
    '"\\ud83d"',
    '"\\ude00\\ud83d"',
    '"\\u0000"',
    "[]",
    "{}",
    " \t\r\n[ \n] ",
    "[[],{},[0]]",
    '{"":{"":0},"x":[{}]}',
    '{"x":1,"x":2}',
    '"\uffff\u{10ffff}"',
  ]) {
    it(`is ${JSON.stringify(text)}`, () => reads(text));
  }

  for (const text of [
    "",
    " ",
    "nul",
    "nulll",
    "True",
    "nan",
    "NaN",
    "Infinity",
    "-",
    "+1",
    "01",
    "-01",
    "00",
    ".5",
    "5.",
    "5.e1",
    "1e",
    "1e+",
    "1e1.5",
    "0x1",
    "1 2",
    "--1",
    '"',
    '"\\',
    '"\\"',
    '"\\x41"',
    '"\\u12"',
    '"\\u12g4"',
    '"\\U0041"',
    '"\\\n"',
    '"\t"',
    '"\n"',
    '"\u0000"',
    '"\u001f"',
    "'x'",
    "[",
    "]",
    "[1",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1}",
    "[1:2]",
    "{",
    "}",
    "{]",
    '{"x"}',
    '{"x":}',
    '{"x":1,}',
    '{"x" 1}',
    '{"x":1 "y":2}',
    '{"x":1:2}',
    "{x:1}",
    "{1:1}",
    "{,}",
    '{"x":[}]',
    "[]]",
    "{}{}",
    "{}x",
    "{} //",
    "/**/{}",
    "\ufeff{}",
    "{}\ufeff",
    "\u00a0{}",
    "\u000b1",
    "{}\u0000",
  ]) {
    it(`is not ${JSON.stringify(text)}`, () => assert.equal(verdictOf(text), "malformed"));
  }

  for (const [why, hex] of [
    ["a continuation byte alone", "80"],
    ["an overlong slash of two bytes", "c0af"],
    ["an overlong c1", "c1bf"],
    ["an overlong slash of three bytes", "e080af"],
    ["an overlong form of four bytes", "f08080af"],
    ["a surrogate", "eda080"],
    ["a surrogate pair", "eda0bdedb880"],
    ["what is above U+10FFFF", "f4908080"],
    ["f5", "f5808080"],
    ["fe", "fe"],
    ["ff", "ff"],
    ["a sequence that is cut by the quote", "e282"],
    ["a sequence that is cut by a character", "e28261"],
    ["a sequence that is cut by an escape", "c35c6e"],
    ["Latin-1", "e4"],
  ] as const) {
    it(`holds no ${why}`, () => {
      assert.equal(verdictOf({ hex: `22${hex}22` }), "malformed");
      assert.equal(verdictOf({ hex: `7b22${hex}223a307d` }), "malformed");
    });
  }

  it("may not be UTF-16", () => {
    assert.equal(verdictOf({ hex: "7b007d00" }), "malformed");
    assert.equal(verdictOf({ hex: "fffe7b007d00" }), "malformed");
  });
});

describe("the JSON reader's own bounds", () => {
  it("refuses what nests deeper than its bound, and nothing else", () => {
    const { jsonDepthMax } = config;
    for (const [open, close] of [
      ["[", "]"],
      ['{"inner":', "}"],
      ['{"x":', "}"],
    ] as const) {
      reads(`${open.repeat(jsonDepthMax)}0${close.repeat(jsonDepthMax)}`);
      assert.equal(verdictOf(open.repeat(jsonDepthMax + 1)), "tooDeep");
    }
    reads(`[${"[],".repeat(500)}0]`);
    reads(`{"text":"${"[{".repeat(500)}"}`);
  });

  it("refuses an asked name that comes twice in one object, however it is written", () => {
    for (const text of [
      '{"text":"a","text":"a"}',
      '{"text":1,"count":2,"\\u0074ext":3}',
      '{"inner":{},"inner":{}}',
      '{"inner":{"text":"a","text":null}}',
    ]) {
      assert.equal(verdictOf(text), "ambiguous", text);
    }
  });

  it("lets other names repeat, and the same name in other objects", () => {
    reads(
      '{"x":1,"x":2,"text":"a","inner":{"text":"b","deep":{"text":"c"}},"y":{"text":1,"text":2}}',
    );
    assert.equal(message.at("text").text(), "a");
    assert.equal(message.at("inner").at("text").text(), "b");
    assert.equal(message.at("inner").at("deep").at("text").text(), "c");
  });

  it("says false as soon as nothing can help any more", () => {
    const bytes = Buffer.from("[}]");
    reader.begin(table);
    assert.equal(reader.push(bytes, 0, 1), true);
    assert.equal(reader.push(bytes, 1, 2), false);
    assert.equal(reader.push(bytes, 2, 3), false);
    assert.equal(reader.end(), "malformed");
  });

  it("begins anew after anything", () => {
    verdictOf('{"text":"abc","inner":{"te');
    reads("{}");
    assert.equal(message.at("text").kind(), "absent");
    assert.equal(message.at("inner").kind(), "absent");
  });
});

describe("what the JSON reader keeps", () => {
  it("is text, unescaped", () => {
    reads('{"text":"\\u0061ü\\n\\/"}');
    assert.equal(message.at("text").text(), "aü\n/");
    assert.equal(message.at("text").length(), 5);
  });

  it("is only what is whole: of a longer text or number the length is known", () => {
    reads('{"text":"1234567","count":1234567}');
    assert.deepEqual([message.at("text").kind(), message.at("count").kind()], ["string", "number"]);
    assert.deepEqual(
      [message.at("text").text(), message.at("count").number()],
      [undefined, undefined],
    );
    assert.deepEqual([message.at("text").length(), message.at("count").length()], [7, 7]);
    reads(`{"text":"${"\\ud83d\\ude00".repeat(50_000)}"}`);
    assert.equal(message.at("text").length(), 200_000);
    reads('{"text":"123456","count":123456}');
    assert.deepEqual([message.at("text").text(), message.at("count").number()], ["123456", 123456]);
  });

  it("has U+FFFD where a surrogate has no other half", () => {
    for (const [escapes, kept] of [
      ["\\ud83d", "\ufffd"],
      ["\\ude00", "\ufffd"],
      ["\\ud83d-", "\ufffd-"],
      ["\\ud83d\\n", "\ufffd\n"],
      ["\\ud83dä", "\ufffdä"],
      ["\\ud83d\\ud83d", "\ufffd\ufffd"],
      ["\\ude00\\ud83d", "\ufffd\ufffd"],
    ]) {
      reads(`{"text":"${escapes}"}`);
      assert.equal(message.at("text").text(), kept, escapes);
    }
    reads('{"text":"\\ud83d\\ude00"}');
    assert.equal(message.at("text").text(), "\u{1f600}");
  });

  it("tells null from absent, and each type from the others", () => {
    for (const [json, kind] of [
      ["null", "null"],
      ["true", "true"],
      ["false", "false"],
      ["-1.5", "number"],
      ['""', "string"],
      ["[]", "array"],
      ["{}", "object"],
    ]) {
      reads(`{"text":${json}}`);
      assert.equal(message.at("text").kind(), kind);
      assert.equal(message.at("inner").at("text").kind(), "absent");
    }
  });

  it("counts an object's members, asked for or not", () => {
    reads('{"inner":{"x":{"y":1},"text":""}}');
    assert.deepEqual([message.length(), message.at("inner").length()], [1, 2]);
  });

  it("comes from no array, and from no object that only has the name", () => {
    reads('{"x":{"text":"a"},"y":[{"text":"a"}],"inner":[{"text":"b"}]}');
    assert.equal(message.at("text").kind(), "absent");
    assert.equal(message.at("inner").kind(), "array");
    assert.equal(message.at("inner").at("text").kind(), "absent");
    reads('[{"text":"a"}]');
    assert.deepEqual([message.kind(), message.at("text").kind()], ["array", "absent"]);
  });

  it("is found again behind objects that were asked for", () => {
    reads('{"inner":{"deep":{"x":{}},"text":"b"},"text":"a"}');
    assert.equal(message.at("inner").at("text").text(), "b");
    assert.equal(message.at("text").text(), "a");
  });

  it("is not taken for the path that a name with a dot looks like", () => {
    reads('{"inner.text":"a","inner":{"deep.text":"b"},"\\u0069nner\\u002etext":"c"}');
    assert.equal(message.at("inner").at("text").kind(), "absent");
    assert.equal(message.at("inner").at("deep").at("text").kind(), "absent");
  });

  it("goes by the whole name", () => {
    reads(`{"":1,"tex":1,"texts":1,"Text":1,"text\\u0000":1,"${"text".padEnd(300, "x")}":1}`);
    assert.equal(message.at("text").kind(), "absent");
  });

  it("is of an alternative only while the field before is absent, in either order", () => {
    reads('{"inner":{"other":"abc"}}');
    assert.equal(message.at("inner").at("other").text(), "abc");
    for (const text of [
      '{"inner":{"other":"abc","text":"xy"}}',
      '{"inner":{"text":"xy","other":"abc"}}',
    ]) {
      reads(text);
      assert.equal(message.at("inner").at("text").text(), "xy");
      assert.equal(message.at("inner").at("other").kind(), "string");
      assert.equal(message.at("inner").at("other").text(), undefined);
    }
  });

  it("may be the message itself", () => {
    reads('"abcdefgh"');
    assert.equal(message.text(), "abcdefgh");
    reads(" -12 ");
    assert.equal(message.number(), -12);
  });
});

describe("the tables of the Jobs messages", () => {
  for (const [name, fields] of Object.entries({ hexExecution, patchExecution, outcomeMessage })) {
    it(`${name} can be asked: objects before their fields, names that fit`, () => {
      const paths = fields.map(({ path }) => path);
      assert.equal(paths[0], "");
      assert.equal(new Set(paths).size, paths.length);
      for (const [index, path] of paths.entries()) {
        const dot = path.lastIndexOf(".");
        if (dot >= 0) assert.ok(paths.slice(0, index).includes(path.slice(0, dot)), path);
        assert.match(path.slice(dot + 1), index === 0 ? /^$/ : /^[A-Za-z0-9]+$/);
        assert.ok(path.slice(dot + 1).length <= nameMaxBytes, path);
      }
    });
  }

  it("keep what docs/memory.md says", () => {
    for (const table of [hexExecution, patchExecution]) {
      let byteLength = 0;
      for (const row of table) if (row.isAlternative !== true) byteLength += row.maxBytes;
      assert.equal(byteLength, 4435);
    }
  });
});
