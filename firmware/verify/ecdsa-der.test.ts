import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseEcdsaSignature } from "./ecdsa-der.ts";

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

const hex = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

/** DER by its rules: the shortest two's complement of a number that is not negative. */
function integer(number: bigint): number[] {
  const digits = number.toString(16);
  const bytes = [...Buffer.from(digits.length % 2 ? `0${digits}` : digits, "hex")];
  if ((bytes[0] ?? 0) >= 0x80) bytes.unshift(0);
  return [0x02, bytes.length, ...bytes];
}

function sequence(...content: number[]): Uint8Array {
  return Uint8Array.from([0x30, content.length, ...content]);
}

function numbers(bytes: Uint8Array | undefined): bigint[] | undefined {
  if (bytes === undefined) return undefined;
  const text = Buffer.from(bytes).toString("hex");
  return [BigInt(`0x${text.slice(0, 64)}`), BigInt(`0x${text.slice(64)}`)];
}

const number = fc
  .tuple(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), fc.nat(256))
  .map(([value, bits]) => value >> BigInt(bits));

describe("parseEcdsaSignature", () => {
  it("reads what OpenSSL writes, as OpenSSL writes it plain", () => {
    for (let index = 0; index < 300; index++) {
      const der = sign("sha256", Buffer.from([index]), privateKey);
      const parsed = parseEcdsaSignature(der);
      assert.ok(parsed);
      const [r, s] = numbers(parsed) ?? [];
      assert.deepEqual(sequence(...integer(r ?? 0n), ...integer(s ?? 0n)), new Uint8Array(der));
    }
  });

  it("reads any two numbers of 256 bits", () => {
    fc.assert(
      fc.property(number, number, (r, s) => {
        const der = sequence(...integer(r), ...integer(s));
        assert.deepEqual(numbers(parseEcdsaSignature(der)), [r, s]);
      }),
      { numRuns: 500 },
    );
  });

  it("has one form for each signature: what it takes, it would write", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc
        .tuple(number, number, fc.nat(71), fc.nat(255))
        .map(([r, s, at, value]) =>
          sequence(...integer(r), ...integer(s)).map((byte, index) =>
            index === at ? value : byte,
          ),
        ),
    );
    fc.assert(
      fc.property(bytes, (der) => {
        const [r, s] = numbers(parseEcdsaSignature(der)) ?? [];
        if (r === undefined || s === undefined) return;
        assert.deepEqual(sequence(...integer(r), ...integer(s)), der);
      }),
      { numRuns: 3000 },
    );
  });

  it("refuses what is not DER, or not two numbers of 256 bits", () => {
    const good = "30 06 02 01 01 02 01 01";
    assert.ok(parseEcdsaSignature(hex(good)));
    const wrong: Record<string, string> = {
      nothing: "",
      "a tag alone": "30",
      "no content": "30 00",
      "another tag": "31 06 02 01 01 02 01 01",
      "a trailing byte": "30 06 02 01 01 02 01 01 00",
      "a trailing byte inside": "30 07 02 01 01 02 01 01 00",
      "a third integer": "30 09 02 01 01 02 01 01 02 01 01",
      "one integer": "30 03 02 01 01",
      "cut short": "30 06 02 01 01 02 01",
      "a length too long": "30 07 02 01 01 02 01 01",
      "a length too short": "30 05 02 01 01 02 01 01",
      "a long form of the length": "30 81 06 02 01 01 02 01 01",
      "an indefinite length": "30 80 02 01 01 02 01 01 00 00",
      "a long form inside": "30 07 02 81 01 01 02 01 01",
      "r not an integer": "30 06 03 01 01 02 01 01",
      "s not an integer": "30 06 02 01 01 0a 01 01",
      "r without a byte": "30 05 02 00 02 01 01",
      "s without a byte": "30 05 02 01 01 02 00",
      "r negative": "30 06 02 01 80 02 01 01",
      "s negative": "30 06 02 01 01 02 01 ff",
      "r padded": "30 07 02 02 00 01 02 01 01",
      "s padded": "30 07 02 01 01 02 02 00 7f",
      "zero padded": "30 07 02 02 00 00 02 01 01",
      "r longer than the rest": "30 06 02 7f 01 02 01 01",
      "s longer than the rest": "30 06 02 01 01 02 02 01",
      "r of 33 digits": `30 26 02 21 01 ${"00".repeat(32)} 02 01 01`,
      "s of 33 digits": `30 27 02 01 01 02 22 00 ff ${"00".repeat(32)}`,
    };
    for (const [what, text] of Object.entries(wrong)) {
      assert.equal(parseEcdsaSignature(hex(text)), undefined, what);
    }
  });
});
