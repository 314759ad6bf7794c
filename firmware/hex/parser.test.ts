import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import intelHex from "intel-hex";
import MemoryMap from "nrf-intel-hex";
import { hexRecord, toHex } from "../../tools/image/hex.ts";
import { Failure } from "../failure.ts";
import { HexParser, type HexPosition } from "./parser.ts";

const EOF = ":00000001FF\n";

interface Parsed {
  /** Content by address; a later byte replaces an earlier one. */
  readonly image: Map<number, number>;
  readonly positions: HexPosition[];
  readonly parser: HexParser;
}

function parse(text: string, chunkBytes = text.length, from?: HexPosition): Parsed {
  const bytes = Buffer.from(text, "latin1").subarray(from?.offset ?? 0);
  const image = new Map<number, number>();
  const positions: HexPosition[] = [];
  const parser = new HexParser((address, data, length) => {
    assert.ok(length >= 1 && length <= 255 && address + length <= 2 ** 32);
    positions.push(parser.position());
    for (let i = 0; i < length; i++) image.set(address + i, data[i] ?? -1);
  }, from);
  // One receive buffer, larger than what it holds, as on the device.
  const buffer = new Uint8Array(chunkBytes + 7).fill(0x3a);
  for (let at = 0; at < bytes.byteLength; at += chunkBytes) {
    const chunk = bytes.subarray(at, at + chunkBytes);
    buffer.set(chunk);
    parser.push(buffer, chunk.byteLength);
  }
  parser.end();
  return { image, positions, parser };
}

function failureOf(text: string, chunkBytes?: number): Failure {
  try {
    parse(text, chunkBytes);
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: `accepted ${JSON.stringify(text)}` });
}

interface Segment {
  readonly gap: number;
  readonly data: Uint8Array;
  readonly recordBytes: number;
}

const segment = fc.record({
  gap: fc.integer({ min: 0, max: 0x3000 }),
  data: fc.uint8Array({ minLength: 1, maxLength: 600 }),
  recordBytes: fc.integer({ min: 1, max: 255 }),
});

const style = fc.record({
  lineEnd: fc.constantFrom("\n", "\r\n", "\r", ""),
  lowerCase: fc.boolean(),
  finalLineEnd: fc.boolean(),
  shuffle: fc.boolean(),
  startRecord: fc.constantFrom("", hexRecord({ type: 3, offset: 0, data: [1, 2, 3, 4] })),
});

interface Generated {
  readonly text: string;
  readonly image: Map<number, number>;
}

/** Blocks of records; each starts with its own base, so that they may come in any order. */
const generated: fc.Arbitrary<Generated> = fc
  .record({
    segments: fc.array(segment, { minLength: 1, maxLength: 5 }),
    style,
    linear: fc.boolean(),
    base: fc.integer({ min: 0, max: 0x7ff0 }),
  })
  .map(({ segments, style, linear, base }) => {
    const image = new Map<number, number>();
    const blocks: string[][] = [];
    let address = linear ? base * 0x10000 : 0;
    for (const part of segments) {
      address += part.gap;
      blocks.push(block(part, address, linear));
      part.data.forEach((byte, i) => {
        image.set(address + i, byte);
      });
      address += part.data.byteLength;
    }
    if (style.shuffle) blocks.reverse();
    const lines = [...blocks.flat(), style.startRecord, EOF.trim()].filter((line) => line !== "");
    const joined = lines.join(style.lineEnd) + (style.finalLineEnd ? style.lineEnd : "");
    return { text: style.lowerCase ? joined.toLowerCase() : joined, image };
  });

function block({ data, recordBytes }: Segment, address: number, linear: boolean): string[] {
  if (linear) return toHex(data, { address, recordBytes }).trim().split("\n").slice(0, -1);
  // The data starts at an offset below 16, so that it stays within one segment.
  const lines = [hexRecord({ type: 2, offset: 0, data: [address >> 12, (address >> 4) & 0xff] })];
  for (let at = 0; at < data.byteLength; at += recordBytes) {
    const offset = (address & 15) + at;
    lines.push(hexRecord({ type: 0, offset, data: data.subarray(at, at + recordBytes) }));
  }
  return lines;
}

function nordicImage(text: string): Map<number, number> {
  const image = new Map<number, number>();
  for (const [address, bytes] of MemoryMap.fromHex(text)) {
    bytes.forEach((byte: number, i: number) => {
      image.set(address + i, byte);
    });
  }
  return image;
}

function sorted(image: Map<number, number>): [number, number][] {
  return [...image].sort(([one], [other]) => one - other);
}

describe("HexParser on generated files", () => {
  it("finds the image that was put in, as nrf-intel-hex does", () => {
    fc.assert(
      fc.property(generated, fc.integer({ min: 1, max: 1500 }), ({ text, image }, chunkBytes) => {
        const ours = sorted(parse(text, chunkBytes).image);
        assert.deepEqual(ours, sorted(image));
        if (text.endsWith("FF") || text.endsWith("ff")) {
          assert.deepEqual(ours, sorted(nordicImage(text)));
        }
      }),
      { numRuns: 150 },
    );
  });

  it("finds the image that intel-hex finds", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 3000 }),
        fc.integer({ min: 1, max: 255 }),
        fc.integer({ min: 0, max: 0x1ffff }),
        (data, recordBytes, address) => {
          const text = toHex(data, { address, recordBytes });
          const oracle = intelHex.parse(text, undefined, address).data;
          assert.deepEqual(Buffer.from([...parse(text, 97).image.values()]), oracle);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("gives the same image wherever the file is cut in two", () => {
    const text = `${toHex(
      Uint8Array.from({ length: 40 }, (_, i) => i * 7),
      { address: 0xfff0 },
    )}`;
    const whole = sorted(parse(text).image);
    for (const variant of [text, text.replaceAll("\n", "\r\n"), text.replaceAll("\n", "")]) {
      for (let cut = 1; cut < variant.length; cut++) {
        const image = new Map<number, number>();
        const parser = new HexParser((address, data, length) => {
          for (let i = 0; i < length; i++) image.set(address + i, data[i] ?? -1);
        });
        const bytes = Buffer.from(variant);
        parser.push(bytes, cut);
        parser.push(bytes.subarray(cut), bytes.byteLength - cut);
        parser.end();
        assert.deepEqual(sorted(image), whole, `cut at ${cut}`);
      }
    }
  });

  it("resumes from every record delivered", () => {
    fc.assert(
      fc.property(generated, ({ text, image }) => {
        const { positions } = parse(text, 64);
        for (const position of positions) {
          assert.equal(text[position.offset], ":");
          const rest = parse(text, 50, position);
          const both = new Map([...parse(text).image, ...rest.image]);
          assert.deepEqual(sorted(both), sorted(image));
          assert.deepEqual(rest.positions, positions.slice(positions.indexOf(position)));
        }
      }),
      { numRuns: 25 },
    );
  });

  it("accepts a damaged file only as nrf-intel-hex reads it", () => {
    let accepted = 0;
    fc.assert(
      fc.property(
        generated,
        fc.array(fc.tuple(fc.nat(), fc.constantFrom(..."0123456789aF:\r\nG x")), { maxLength: 2 }),
        fc.option(fc.nat()),
        ({ text }, edits, cut) => {
          let damaged = text;
          for (const [at, character] of edits) {
            const index = at % damaged.length;
            damaged = damaged.slice(0, index) + character + damaged.slice(index + 1);
          }
          if (cut !== null) damaged = damaged.slice(0, cut % damaged.length);
          let ours: [number, number][];
          try {
            ours = sorted(parse(damaged, 77).image);
          } catch (error) {
            assert.ok(error instanceof Failure, String(error));
            return;
          }
          accepted += 1;
          // The oracle knows neither empty lines nor a line end after EOF.
          const plain = damaged.replace(/[\r\n]+/g, "\n").trim();
          assert.deepEqual(ours, sorted(nordicImage(plain)));
        },
      ),
      { numRuns: 600 },
    );
    assert.ok(accepted > 20, `${accepted} files were accepted`);
  });
});

describe("HexParser on addresses", () => {
  const data = Uint8Array.from([1, 2, 3, 4]);
  const addressesOf = (lines: string[]): number[] => [...parse(lines.join("\n")).image.keys()];
  const eof = EOF.trim();

  it("wraps a segment at 64 KB", () => {
    const segment2 = hexRecord({ type: 2, offset: 0, data: [0x12, 0x34] });
    const record = hexRecord({ type: 0, offset: 0xfffe, data });
    const { image } = parse([segment2, record, eof].join("\n"));
    assert.deepEqual(
      [...image],
      [
        [0x2233e, 1],
        [0x2233f, 2],
        [0x12340, 3],
        [0x12341, 4],
      ],
    );
  });

  it("runs a linear address on past 64 KB, up to 4 GB and not beyond", () => {
    const record = hexRecord({ type: 0, offset: 0xfffe, data });
    const linear = (high: number): string =>
      hexRecord({ type: 4, offset: 0, data: [high >> 8, high & 0xff] });
    assert.deepEqual(addressesOf([linear(1), record, eof]), [0x1fffe, 0x1ffff, 0x20000, 0x20001]);
    const top = hexRecord({ type: 0, offset: 0xfffc, data });
    assert.deepEqual(
      addressesOf([linear(0xffff), top, eof]),
      [0xfffffffc, 0xfffffffd, 0xfffffffe, 0xffffffff],
    );
    const failure = failureOf([linear(0xffff), record, eof].join("\n"));
    assert.equal(failure.code, "SLOT_ADDRESS");
  });

  it("lets each base replace the one before", () => {
    const linear = hexRecord({ type: 4, offset: 0, data: [0x80, 0x01] });
    const segment2 = hexRecord({ type: 2, offset: 0, data: [0x10, 0x00] });
    const record = hexRecord({ type: 0, offset: 4, data: [9] });
    assert.deepEqual(
      addressesOf([record, linear, record, segment2, record, linear, record, eof]),
      [4, 0x80010004, 0x10004],
    );
  });

  it("keeps start addresses as information", () => {
    const segmented = hexRecord({ type: 3, offset: 0, data: [0x12, 0x34, 0x56, 0x78] });
    const linear = hexRecord({ type: 5, offset: 0, data: [0xfe, 0xdc, 0xba, 0x98] });
    const start = (...lines: string[]) => parse(lines.join("\n")).parser.startAddress;
    assert.deepEqual(start(segmented, eof), { kind: "segmented", value: 0x12345678 });
    assert.deepEqual(start(segmented, linear, eof), { kind: "linear", value: 0xfedcba98 });
    assert.equal(start(eof), undefined);
  });

  it("delivers nothing for a record without data, and accepts an address in EOF", () => {
    assert.deepEqual(addressesOf([hexRecord({ type: 0, offset: 16, data: [] }), eof]), []);
    assert.deepEqual(addressesOf([hexRecord({ type: 1, offset: 0x100, data: [] })]), []);
  });
});

describe("HexParser on bad files", () => {
  const good = ":0400000001020304F2\n";
  const cases: [name: string, text: string, code: string, detail: string][] = [
    ["another start", `${good};0400000001020304F2\n${EOF}`, "HEX_START_CODE", "line 2, byte 20:"],
    ["a blank", `${good} ${EOF}`, "HEX_START_CODE", "line 2, byte 20:"],
    ["a bad digit", `${good}:04000000010203g4F2\n${EOF}`, "HEX_DIGIT", "line 2, byte 35:"],
    ["a bad length digit", `${good}:G4000000\n${EOF}`, "HEX_DIGIT", "line 2, byte 21:"],
    ["a colon inside", `${good}:04000000:1020304F2\n${EOF}`, "HEX_DIGIT", "line 2, byte 29:"],
    [
      "a bad checksum",
      `\r\n\n${good}:0400000001020304F3\n${EOF}`,
      "HEX_CHECKSUM",
      "line 4, byte 23: checksum f3, expected f2",
    ],
    ["a short record", `:04000000010203F5\n${EOF}`, "HEX_LENGTH", "line 1, byte 17:"],
    ["a short last record", `${good}:000001FF\n`, "HEX_LENGTH", "line 2, byte 29:"],
    ["a long record", `:0400000001020304F205\n${EOF}`, "HEX_LENGTH", "line 1, byte 19:"],
    ["type 06", `${hexRecord({ type: 6, offset: 0, data: [] })}\n${EOF}`, "HEX_TYPE", "line 1"],
    ["EOF with data", hexRecord({ type: 1, offset: 0, data: [0] }), "HEX_LENGTH", "line 1, byte 0"],
    ["02 of 3", hexRecord({ type: 2, offset: 0, data: [0, 0, 0] }), "HEX_LENGTH", "line 1, byte 0"],
    ["03 of 2", hexRecord({ type: 3, offset: 0, data: [0, 0] }), "HEX_LENGTH", "line 1, byte 0"],
    ["04 of 0", hexRecord({ type: 4, offset: 0, data: [] }), "HEX_LENGTH", "line 1, byte 0"],
    ["05 of 5", hexRecord({ type: 5, offset: 0, data: [0, 0, 0, 0, 0] }), "HEX_LENGTH", "line 1"],
    ["04 at 1", hexRecord({ type: 4, offset: 1, data: [0, 0] }), "HEX_OFFSET", "line 1, byte 0"],
    ["no EOF", good, "HEX_NO_EOF", "line 2, byte 20:"],
    ["nothing", "", "HEX_NO_EOF", "line 1, byte 0:"],
    ["a cut record", `${good}:0400000001`, "HEX_NO_EOF", "line 2, byte 31:"],
    ["data after EOF", `${EOF}${good}`, "HEX_AFTER_EOF", "line 2, byte 12:"],
    ["data right after EOF", `:00000001FF${good}`, "HEX_AFTER_EOF", "line 1, byte 11:"],
    ["a blank after EOF", `${EOF} `, "HEX_AFTER_EOF", "line 2, byte 12:"],
    ["a second EOF", EOF + EOF, "HEX_AFTER_EOF", "line 2, byte 12:"],
  ];
  for (const [name, text, code, detail] of cases) {
    it(`refuses ${name}`, () => {
      for (const chunkBytes of [1, 2, 7, text.length + 1]) {
        const failure = failureOf(text, chunkBytes);
        assert.equal(failure.code, code);
        assert.ok(failure.detail.startsWith(detail), failure.detail);
      }
    });
  }

  it("refuses every character that is no digit, at every place of a record", () => {
    const record = good.trim();
    for (let code = 0; code < 256; code++) {
      const character = String.fromCharCode(code);
      if (/[0-9a-fA-F]/.test(character)) continue;
      for (let at = 1; at < record.length; at++) {
        const text = record.slice(0, at) + character + record.slice(at + 1);
        const expected = character === "\n" || character === "\r" ? "HEX_LENGTH" : "HEX_DIGIT";
        assert.equal(failureOf(`${text}\n${EOF}`).code, expected, `${code} at ${at}`);
      }
    }
  });
});
