import { ResponseHead } from "../../../firmware/download/response-head.ts";
import { Failure } from "../../../firmware/failure.ts";
import { HexParser } from "../../../firmware/hex/parser.ts";
import { parseJobDocument } from "../../../firmware/job/document.ts";
import { decodeBase64, decodeHex } from "../../../firmware/job/encodings.ts";
import { JsonReader } from "../../../firmware/job/json/reader.ts";
import { hexExecution } from "../../../firmware/job/message-fields.ts";
import { PacketDecoder, PacketEncoder } from "../../../firmware/mqtt/codec.ts";
import { OutputQueue } from "../../../firmware/mqtt/output-queue.ts";
import { newSha256 } from "../../../firmware/platforms/espruino/sha256.ts";
import type { Flash, FlashGeometry } from "../../../firmware/ports/flash.ts";
import { SlotWriter } from "../../../firmware/slot/writer.ts";
import { McubootBoot } from "../../../firmware/swap/mcuboot.ts";
import { readTrailer } from "../../../firmware/swap/trailer.ts";
import { Journal } from "../../../firmware/update/journal.ts";
import { formatUrl, parseUrl } from "../../../firmware/url.ts";
import { decodeUtf8, encodeUtf8 } from "../../../firmware/utf8.ts";
import { crc32 } from "../../../firmware/verify/crc32.ts";
import { hexText } from "../../../firmware/verify/identity.ts";
import { verifier } from "../../../firmware/verify/p256-plain.ts";
import { releaseBytes } from "../../../firmware/verify/release.ts";
import { Sha512 } from "../../../firmware/verify/sha512.ts";
import { parseVersion, versionText } from "../../../firmware/version-number.ts";

/*
 * The pieces of the core at work, a line each. Built for Espruino and run where its gaps are, they
 * must say what they say on Node.
 */

type Report = (line: string) => void;

const SLOT_BYTES = 0x8000;
const addresses = { primary: 0x10000, secondary: 0x80000 };

/** NOR flash in RAM. */
class RamFlash implements Flash {
  readonly geometry: FlashGeometry;
  readonly bytes = new Uint8Array(SLOT_BYTES);

  constructor(writeAlign: number) {
    this.geometry = { byteLength: SLOT_BYTES, blockLength: 4096, writeAlign, eraseValue: 0xff };
    this.bytes.fill(0xff);
  }

  read(into: Uint8Array, offset: number): void {
    into.set(this.bytes.subarray(offset, offset + into.length));
  }

  write(bytes: Uint8Array, offset: number): void {
    for (let at = 0; at < bytes.length; at++) {
      this.bytes[offset + at] = (this.bytes[offset + at] as number) & (bytes[at] as number);
    }
  }

  eraseBlock(index: number): void {
    this.bytes.fill(0xff, index * 4096, (index + 1) * 4096);
  }
}

function ascii(text: string): Uint8Array {
  return encodeUtf8(text);
}

function pattern(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = (at * 7 + (at >> 8) * 13) & 255;
  return bytes;
}

/** An Intel HEX file of the bytes, 16 a record. */
function hexFile(bytes: Uint8Array, address: number): Uint8Array {
  let text = `:02000004${record(2 + 4, [(address >> 24) & 255, (address >> 16) & 255])}`;
  for (let at = 0; at < bytes.length; at += 16) {
    const data: number[] = [];
    for (let i = at; i < Math.min(at + 16, bytes.length); i++) data.push(bytes[i] as number);
    const offset = (address + at) & 0xffff;
    const head = new Uint8Array([data.length, offset >> 8, offset & 255, 0]);
    const sum = (head[0] as number) + (head[1] as number) + (head[2] as number);
    text += `:${hexText(head)}${record(sum, data)}`;
  }
  return ascii(`${text}:00000001FF\n`);
}

/** Data and checksum of a record whose head sums up to `sum`. */
function record(sum: number, data: readonly number[]): string {
  let all = sum;
  for (const byte of data) all += byte;
  return `${hexText(new Uint8Array(data))}${hexText(new Uint8Array([-all & 255]))}\n`;
}

function hexPieces(say: (name: string, work: () => unknown) => void): void {
  const file = hexFile(pattern(5000), 0x10000);
  [1, 7, 64, 1000].forEach((chunk) => {
    say(`hex in pieces of ${chunk}`, () => {
      let crc = 0;
      let count = 0;
      const parser = new HexParser((_, bytes, length) => {
        crc = crc32(crc, bytes, 0, length);
        count += length;
      });
      for (let at = 0; at < file.length; at += chunk) {
        const piece = file.subarray(at, Math.min(at + chunk, file.length));
        parser.push(piece, piece.length);
      }
      parser.end();
      return [count, crc, parser.position().line];
    });
  });
  const parsed = (text: string): string => {
    let said = "";
    const parser = new HexParser((address, bytes, length) => {
      said += `${address.toString(16)}:${hexText(bytes.subarray(0, length))} `;
    });
    const bytes = ascii(text);
    parser.push(bytes, bytes.length);
    parser.end();
    return said;
  };
  [
    ":020000021000EC\n:04FFFE0001020304F5\n:00000001FF\n",
    ":02000004FFFFFC\r\n:0100000055AA\r\n:00000001FF",
    ":04000000deadbeefc4\n:00000001ff\n",
    ":0400000001020304F1\n:00000001FF\n",
    ":04000000010G0304F2\n",
    ":0400000001020304F2\n",
    ":00000001FF\n:00000001FF\n",
    ":00000009F7\n",
  ].forEach((text) => {
    say(`hex ${text.slice(0, 20)}`, () => parsed(text));
  });
}

function slotPieces(say: (name: string, work: () => unknown) => void): void {
  const file = hexFile(pattern(9000), 0x10000);
  [1, 4, 16].forEach((align) => {
    say(`slot, written in blocks of ${align}`, () => {
      const flash = new RamFlash(align);
      let pages = 0;
      const writer = new SlotWriter({
        flash,
        addresses,
        onPageWritten: () => {
          pages += 1;
        },
        onPageReopened: () => undefined,
      });
      const parser = new HexParser((address, bytes, length) =>
        writer.write(address, bytes, length),
      );
      parser.push(file, file.length);
      parser.end();
      writer.finish();
      const { erased, check, lowest, end, window } = writer.progress();
      const crc = crc32(0, flash.bytes, 0, SLOT_BYTES);
      return [pages, hexText(erased), erased.byteLength, check, lowest, end, window, crc];
    });
    say(`trailer in blocks of ${align}`, () => {
      const primary = new RamFlash(align);
      const secondary = new RamFlash(align);
      const boot = new McubootBoot({ primary, secondary });
      boot.requestTestSwap();
      const { magic, swapInfo, imageOk } = readTrailer(secondary);
      const tail = hexText(secondary.bytes.subarray(SLOT_BYTES - 64));
      return [boot.state(), boot.isSwapRequested(), magic, swapInfo, imageOk, tail];
    });
  });
  say("slot out of bounds", () => {
    const none = (): void => undefined;
    const flash = new RamFlash(4);
    const slot = { flash, addresses, onPageWritten: none, onPageReopened: none };
    new SlotWriter(slot).write(0x1fff0, pattern(200), 200);
  });
}

function jobPieces(say: (name: string, work: () => unknown) => void): void {
  const document = (fields: string): unknown => {
    const reader = new JsonReader([hexExecution]);
    reader.begin(hexExecution);
    const bytes = ascii(`{"execution":{"jobId":"j","jobDocument":${fields}}}`);
    for (let at = 0; at < bytes.length; at += 5) {
      reader.push(bytes, at, Math.min(at + 5, bytes.length));
    }
    const verdict = reader.end();
    if (verdict !== "sound") return verdict;
    const job = parseJobDocument("j", reader.message.at("execution").at("jobDocument"));
    const { size, version, location, crc32: crc, sha256 } = job;
    const where = typeof location === "object" ? formatUrl(location as never) : location;
    return [size, version, where, crc ?? -1, sha256 === undefined ? "" : hexText(sha256)];
  };
  const common = '"operation":"app_fw_update","size":390000,"fwversion":"1.0.1"';
  const digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  [
    `{${common},"location":{"url":"https://h.example:8443/p?q=%20"},"sha256":"${digest}"}`,
    `{${common},"location":{"host":"B.example","path":"a/b","protocol":"https"},"crc32":"cbf43926"}`,
    `{${common},"location":{"url":"https://h/p"},"other":{"a":[1,2,{"b":null}]}}`,
    `{${common},"size":1,"location":{"url":"https://h/p"}}`,
    `{${common},"location":{"url":"http://h/p"}}`,
    '{"operation":"other"}',
    `{${common},}`,
    "{'a':1}",
  ].forEach((fields) => {
    say(`job ${fields.slice(0, 90)}`, () => document(fields));
  });
  say("base64", () => hexText(decodeBase64("aGVsbG8=", 5) ?? ascii("none")));
  say("hex digits", () => hexText(decodeHex("00ffA5", 3) ?? ascii("none")));
  say("journal", () => {
    const values: Record<string, Uint8Array> = {};
    const journal = new Journal({
      read: (key) => values[key],
      write: (key, value) => {
        values[key] = new Uint8Array(value);
      },
      remove: (key) => {
        delete values[key];
      },
    });
    journal.saveProgress({
      hex: { offset: 123456, line: 77, base: 0xffff0000, segmented: true },
      slot: {
        erased: pattern(16),
        blank: pattern(16),
        lowest: 0,
        end: 4096,
        check: 0xdeadbeef,
        window: "secondary",
      },
      fileCrc: 0xcbf43926,
      serverCrc: undefined,
      etag: '"abc"',
    } as never);
    const back = journal.progress();
    if (back === undefined) return "none";
    const { hex, slot, fileCrc, etag } = back;
    return [hex?.offset, hex?.base, hexText(slot.erased), slot.check, slot.window, fileCrc, etag];
  });
}

function wirePieces(say: (name: string, work: () => unknown) => void): void {
  say("mqtt out and in", () => {
    const queue = new OutputQueue(512);
    const encoder = new PacketEncoder(queue);
    encoder.encode({ cmd: "subscribe", messageId: 7, subscriptions: [{ topic: "a/b", qos: 1 }] });
    encoder.encode({ cmd: "pingreq" });
    return hexText(queue.peek(512));
  });
  ["20020000", "9003000701", "40020102", "30050003612f6278", "9004000780"].forEach((packet) => {
    say(`mqtt ${packet}`, () => {
      const bytes = decodeHex(packet, packet.length / 2) ?? ascii("");
      const got = new PacketDecoder().decode(bytes);
      return got === undefined ? "malformed" : got.cmd;
    });
  });
  const head =
    "HTTP/1.1 206 Partial Content\r\nContent-Length: 1000\r\nContent-Range: bytes 0-999/5000\r\n" +
    'ETag: "abc"\r\nx-amz-checksum-crc32: y/Q5Jg==\r\nx-amz-checksum-type: FULL_OBJECT\r\n\r\n';
  [1, 400].forEach((chunk) => {
    say(`head in pieces of ${chunk}`, () => {
      const bytes = ascii(head);
      const response = new ResponseHead();
      for (let at = 0; at < bytes.length; at += chunk) {
        response.read(bytes, at, Math.min(at + chunk, bytes.length));
      }
      const { complete, status, contentLength, etag, fileCrc32, keepsAlive } = response;
      return [complete, status, contentLength, etag, fileCrc32 ?? -1, keepsAlive];
    });
  });
  say("url", () => {
    const url = parseUrl("https://Example.COM:444/a?b#c");
    return url === undefined ? "none" : formatUrl(url);
  });
  say("utf8", () => hexText(encodeUtf8("a\u00e9")));
  say("utf8 back", () =>
    decodeUtf8(ascii("plain text of more than one piece ".concat(digits(64)))),
  );
  say("version", () => {
    const version = parseVersion("1.2.345+6");
    return version === undefined ? "none" : versionText(version);
  });
}

function digits(count: number): string {
  let text = "";
  for (let at = 0; at < count; at++) text += "0123456789".charAt(at % 10);
  return text;
}

function signaturePieces(say: (name: string, work: () => unknown) => void): void {
  [0, 3, 55, 56, 63, 64, 65, 1000].forEach((length) => {
    say(`sha256 of ${length}`, () => {
      const digest = newSha256();
      const bytes = pattern(length);
      digest.update(bytes.subarray(0, length >> 1));
      digest.update(bytes.subarray(length >> 1));
      return hexText(digest.finish());
    });
  });
  say("sha512", () => {
    const digest = new Sha512(64);
    digest.update(pattern(300));
    return hexText(digest.finish());
  });
  say("crc32", () => crc32(0, ascii("123456789"), 0, 9));
  say("statement", () => {
    const release = { hardware: "h", version: "1.0.1", securityCounter: 7, imageSize: 0x12345678 };
    return hexText(releaseBytes(Object.assign(release, { sha256: pattern(32), expires: 5 })));
  });
  // RFC 6979, A.2.5: SHA-256 of "sample".
  const key =
    "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6" +
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
  const pair =
    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716" +
    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
  ["sample", "simple"].forEach((message) => {
    say(`signature of ${message}`, () => {
      const digest = newSha256();
      digest.update(ascii(message));
      const signature = decodeHex(pair, 64) ?? ascii("");
      const check = verifier?.begin({
        key: decodeHex(key, 65) ?? ascii(""),
        digest: digest.finish(),
        signature,
      });
      let verdict = "more";
      let steps = 0;
      while (verdict === "more") {
        verdict = check?.step() ?? "none";
        steps += 1;
      }
      return [verdict, steps];
    });
  });
}

/** @param report takes a line for each piece */
export function pieces(report: Report): void {
  const say = (name: string, work: () => unknown): void => {
    let said: unknown;
    try {
      said = work() ?? "nothing";
    } catch (error) {
      said =
        error instanceof Failure ? `${error.code}: ${error.detail}` : `throws ${String(error)}`;
    }
    report(`${name} = ${JSON.stringify(said)}`);
  };
  hexPieces(say);
  slotPieces(say);
  jobPieces(say);
  wirePieces(say);
  signaturePieces(say);
}
