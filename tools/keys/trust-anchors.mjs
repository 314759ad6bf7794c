// JavaScript, since rollup.config.mjs needs it before anything is compiled.
import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { parse } from "node:path";

export const ANCHOR_MAX = 4;

/**
 * How a key is compiled into an image (firmware/trust-anchors.ts). What is on no curve OpenSSL refuses
 * to read.
 * @param {string} id 1 to 32 characters of [a-zA-Z0-9_-]
 * @param {string} pem a private or public key
 */
export function trustAnchor(id, pem) {
  const key = createPublicKey(pem);
  if (!/^[\w-]{1,32}$/.test(id)) throw new TypeError(`not the id of a key: ${id}`);
  if (key.asymmetricKeyDetails?.namedCurve !== "prime256v1") {
    throw new TypeError(`${id}: not an ECDSA P-256 key`);
  }
  // An SPKI may have the point compressed; a JWK has both coordinates, always.
  const { x, y } = key.export({ format: "jwk" });
  const point = [x, y].map((number) => Buffer.from(number, "base64url").toString("hex"));
  return `${id}=04${point.join("")}`;
}

/**
 * An image whose anchors are no keys does not start, so it is not built.
 * @param {string} paths of PEM files, with commas between; a file's name is its key's id
 */
export function trustAnchors(paths) {
  const files = paths.split(",");
  if (files.length > ANCHOR_MAX) {
    throw new TypeError(`--configKeys: ${files.length} keys, at most ${ANCHOR_MAX}`);
  }
  const ids = files.map((file) => parse(file).name);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined) throw new TypeError(`--configKeys: two keys with the id ${twice}`);
  return files.map((file, at) => anchorOf(file, ids[at])).join(" ");
}

function anchorOf(file, id) {
  try {
    return trustAnchor(id, readFileSync(file, "utf8"));
  } catch (error) {
    throw new TypeError(`--configKeys ${file}: ${error.message}`, { cause: error });
  }
}
