import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readDocument } from "../../hw-test/model/job-message.ts";
import { config } from "../config.ts";
import { Failure, type FailureCode } from "../failure.ts";
import { parseJobDocument } from "./document.ts";

const plain = {
  operation: "app_fw_update",
  size: 181124,
  filename: "1.0.1.hex",
  location: { protocol: "https", host: "bucket.s3.amazonaws.com", path: "fw/1.0.1.hex" },
  fwversion: "1.0.1",
};

const parse = (document: unknown) => parseJobDocument("job-1", readDocument(document));

function failureOf(document: unknown): Failure {
  try {
    parse(document);
  } catch (error) {
    assert(error instanceof Failure, String(error));
    return error;
  }
  return assert.fail("the document was taken");
}

function refuses(document: unknown, code: FailureCode, field: string): void {
  const failure = failureOf(document);
  assert.equal(failure.code, code, failure.detail);
  assert(failure.detail.startsWith(`${field}:`), `${failure.detail} does not name ${field}`);
}

test("takes the plain document of AWS FOTA", () => {
  assert.deepEqual(parse(plain), {
    jobId: "job-1",
    size: 181124,
    filename: "1.0.1.hex",
    version: "1.0.1",
    location: { host: "bucket.s3.amazonaws.com", port: 443, path: "/fw/1.0.1.hex" },
    crc32: undefined,
    sha256: undefined,
    signature: undefined,
    keyId: undefined,
    securityCounter: 0,
    expires: 0,
    imageSize: undefined,
    hardware: undefined,
    minVersion: undefined,
  });
});

test("takes the optional fields", () => {
  const sha256 = Buffer.alloc(32, 0xab);
  const signature = Buffer.alloc(64, 0xcd);
  const document = parse({
    ...plain,
    size: "181124",
    crc32: "CBF43926",
    sha256: sha256.toString("hex"),
    signature: signature.toString("base64"),
    imageSize: "65536",
    hardware: "thingy91",
    minVersion: "0.9.0",
    somebodyElses: { field: 1 },
  });
  assert.equal(document.size, 181124);
  assert.equal(document.crc32, 0xcbf43926);
  assert.deepEqual(document.sha256, new Uint8Array(sha256));
  assert.deepEqual(document.signature, new Uint8Array(signature));
  assert.equal(document.imageSize, 65536);
  assert.equal(document.hardware, "thingy91");
  assert.equal(document.minVersion, "0.9.0");
});

const locations: [object, string, number, string][] = [
  [{ url: "https://files.test/a.hex" }, "files.test", 443, "/a.hex"],
  [{ url: "HTTPS://Files.Test:8443/A.hex?x=%2F&y=1" }, "files.test", 8443, "/A.hex?x=%2F&y=1"],
  [{ url: "https://files.test" }, "files.test", 443, "/"],
  [{ url: "https://files.test?sig=a/b" }, "files.test", 443, "/?sig=a/b"],
  [{ url: "https://a.test/1", host: "b.test", path: "2" }, "a.test", 443, "/1"],
  [{ protocol: "https:", host: "127.0.0.1:8443", path: "/a.hex" }, "127.0.0.1", 8443, "/a.hex"],
  [{ protocol: "HTTPS", host: "a_b.test", path: "a.hex" }, "a_b.test", 443, "/a.hex"],
];

for (const [location, host, port, path] of locations) {
  test(`location ${JSON.stringify(location)}`, () => {
    assert.deepEqual(parse({ ...plain, location }).location, { host, port, path });
  });
}

const unsupported: object[] = [
  { url: "http://files.test/a.hex" },
  { url: "ftp://files.test/a.hex" },
  { url: "//files.test/a.hex" },
  { url: "https:///a.hex" },
  { url: "https://user@files.test/a.hex" },
  { url: "https://user:pass@files.test/a.hex" },
  { url: "https://[::1]/a.hex" },
  { url: "https://files.test/a b.hex" },
  { url: "https://files.test/a\r\nX-Evil: 1" },
  { url: "https://files.test/a\u0000" },
  { url: "https://files.test/ä.hex" },
  { url: "https://files.test/a.hex#part" },
  { url: "https://files.test/%" },
  { url: "https://files.test/%2" },
  { url: "https://files.test/%zz" },
  { url: "https://files.test/a\\b" },
  { url: "https://files.test:0/a" },
  { url: "https://files.test:65536/a" },
  { url: "https://files.test:1e3/a" },
  { url: `https://${"a".repeat(254)}/a` },
  { protocol: "http", host: "files.test", path: "a" },
  { protocol: "https", host: "files.test/evil", path: "a" },
  { protocol: "https", host: "files.test?", path: "a" },
  { protocol: "https", host: "me@files.test", path: "a" },
  { protocol: "https", host: "files.test:1:2", path: "a" },
  { protocol: "https", host: "files.test\r\nX: y", path: "a" },
  { protocol: "https", host: "files.test", path: "a HTTP/1.1\r\nX: y" },
];

for (const location of unsupported) {
  test(`refuses location ${JSON.stringify(location).slice(0, 60)}`, () => {
    refuses({ ...plain, location }, "LOCATION_UNSUPPORTED", "location");
  });
}

test("a URL is never cut to size", () => {
  const longest = `https://files.test/${"a".repeat(config.urlMaxBytes - 19)}`;
  assert.equal(longest.length, config.urlMaxBytes);
  assert.equal(parse({ ...plain, location: { url: longest } }).location.path.length, 2048 - 18);
  refuses({ ...plain, location: { url: `${longest}a` } }, "URL_TOO_LONG", "location");
  const path = "a".repeat(config.urlMaxBytes);
  const location = { protocol: "https", host: "files.test", path };
  refuses({ ...plain, location }, "URL_TOO_LONG", "location");
});

test("what is longer than a URL may be is that, whatever else is wrong with it", () => {
  const protocol = "https";
  for (const [location, byteLength] of [
    [{ url: "ü ".repeat(700) }, 2100],
    [{ protocol, host: "a".repeat(7000), path: "f" }, 7009],
    [{ protocol, host: `${"a".repeat(7000)} \r\n`, path: "f" }, 7012],
    [{ protocol, host: "a.test", path: "/\u0000".repeat(1200) }, 2414],
  ] as const) {
    const failure = failureOf({ ...plain, location });
    assert.equal(failure.code, "URL_TOO_LONG");
    assert.equal(failure.detail, `location: ${byteLength} bytes, at most 2048`);
  }
  const location = { protocol, host: "a".repeat(300), path: "f" };
  refuses({ ...plain, location }, "LOCATION_UNSUPPORTED", "location");
});

test("a URL counts, however long the path beside it is, in either order", () => {
  const url = "https://files.test/a.hex";
  const path = "b".repeat(config.urlMaxBytes);
  for (const location of [
    { url, path },
    { path, url },
  ]) {
    assert.equal(parse({ ...plain, location }).location.path, "/a.hex");
  }
});

test("a text is bounded in characters, in whichever alphabet", () => {
  for (const filename of ["ж".repeat(128), "\u4e16".repeat(128), "\u{1f600}".repeat(64)]) {
    assert.equal(parse({ ...plain, filename }).filename, filename);
    refuses({ ...plain, filename: `${filename}a` }, "DOCUMENT_INVALID", "filename");
  }
  const filename = "x".repeat(5000);
  assert.match(failureOf({ ...plain, filename }).detail, /^filename: 5000 bytes, /);
});

test("no failure shows the URL, which may be signed", () => {
  for (const url of [
    "http://files.test/?sig=secret",
    `https://files.test/${"secret".repeat(999)}`,
  ]) {
    assert.doesNotMatch(failureOf({ ...plain, location: { url } }).detail, /secret/);
  }
});

test("refuses another operation", () => {
  refuses({ ...plain, operation: "modem_fw_update" }, "OPERATION_UNSUPPORTED", "operation");
});

const wrong: Record<string, unknown[]> = {
  operation: [undefined, null, 1, {}, []],
  size: [
    undefined,
    null,
    0,
    -1,
    1.5,
    "",
    "0",
    "-1",
    "1.5",
    "0x10",
    "1e3",
    " 1",
    {},
    [],
    true,
    2 ** 53,
  ],
  filename: [null, 1, "", {}, [], "a\nb", "x".repeat(129)],
  fwversion: [undefined, null, 1, "", {}, [], "1.0\r\n", "x".repeat(129)],
  location: [undefined, null, 1, "https://files.test/a", []],
  crc32: [null, 1, "", "cbf4392", "cbf439267", "xbf43926", {}],
  sha256: [null, 1, "", "ab".repeat(31), "zz".repeat(32)],
  signature: [null, 1, "", "AAA", "AAAA ", "*".repeat(88), "A".repeat(100)],
  keyId: [1, "", "k".repeat(33)],
  securityCounter: [null, -1, 1.5, 4_294_967_296, "", "one"],
  expires: [null, -1, 4_294_967_296, "soon"],
  imageSize: [null, 0, "x", {}],
  hardware: [null, 1, "", [], "\u007f"],
  minVersion: [null, 1, "", []],
};

for (const [field, values] of Object.entries(wrong)) {
  for (const value of values) {
    test(`refuses ${field} ${JSON.stringify(value)?.slice(0, 30)}`, () => {
      refuses({ ...plain, [field]: value }, "DOCUMENT_INVALID", field);
    });
  }
}

for (const field of ["url", "protocol", "host", "path"]) {
  for (const value of [null, 1, "", {}, []]) {
    test(`refuses location.${field} ${JSON.stringify(value)}`, () => {
      const failure = failureOf({ ...plain, location: { ...plain.location, [field]: value } });
      assert.equal(failure.code, "DOCUMENT_INVALID");
      assert.match(failure.detail, new RegExp(field));
    });
  }
}

for (const document of [undefined, null, 1, "{}", [], true]) {
  test(`refuses the document ${JSON.stringify(document)}`, () => {
    refuses(document, "DOCUMENT_INVALID", "document");
  });
}

test("takes nothing from a prototype", () => {
  const evil: unknown = JSON.parse(`{"__proto__": ${JSON.stringify(plain)}}`);
  refuses(evil, "DOCUMENT_INVALID", "operation");
  refuses(Object.create(plain), "DOCUMENT_INVALID", "operation");
  const inner: unknown = JSON.parse(
    JSON.stringify({ ...plain, location: 0 }).replace(
      ":0",
      ':{"__proto__":{"url":"https://e.test/"}}',
    ),
  );
  assert.equal(failureOf(inner).code, "DOCUMENT_INVALID");
  assert.equal(Object.hasOwn(Object.prototype, "url"), false);
});

test("any JSON at all is taken or refused with a code, never anything else", () => {
  const field = fc.constantFrom(...Object.keys(plain), ...Object.keys(wrong));
  fc.assert(
    fc.property(fc.dictionary(field, fc.jsonValue()), fc.boolean(), (some, whole) => {
      const document = whole ? { ...plain, ...some } : some;
      try {
        assert.equal(parse(document).jobId, "job-1");
      } catch (error) {
        assert(error instanceof Failure, String(error));
      }
    }),
    { numRuns: 500 },
  );
});
