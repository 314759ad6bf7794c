// JavaScript, since rollup.config.mjs needs it before anything is compiled.
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../build/keys/", import.meta.url));
/** A DER SPKI of P-256 ends with the point (RFC 5480, section 2). */
const POINT_BYTES = 65;

/**
 * The private key whose releases a firmware trusts when nobody names another: ECDSA P-256, PKCS #8
 * PEM, made once in build/keys and never part of the repository. So what is built here runs here and
 * nowhere else.
 */
export function developmentKey() {
  const path = join(folder, "development.pem");
  if (!existsSync(path)) makeKey(path);
  return readFileSync(path, "utf8");
}

/**
 * How a key is compiled into an image (firmware/trust-anchors.ts).
 * @param {string} id 1 to 32 characters of [a-zA-Z0-9_-]
 * @param {string} pem a private or public key
 */
export function trustAnchor(id, pem) {
  const key = createPublicKey(pem);
  if (!/^[\w-]{1,32}$/.test(id)) throw new TypeError(`not the id of a key: ${id}`);
  if (key.asymmetricKeyDetails?.namedCurve !== "prime256v1") {
    throw new TypeError(`${id}: not an ECDSA P-256 key`);
  }
  const point = key.export({ format: "der", type: "spki" }).subarray(-POINT_BYTES);
  return `${id}=${point.toString("hex")}`;
}

/** Complete under its name, or not there: processes may ask at once. The first one's is kept. */
function makeKey(path) {
  mkdirSync(folder, { recursive: true });
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const unfinished = `${path}.${process.pid}`;
  const pem = privateKey.export({ format: "pem", type: "pkcs8" });
  writeFileSync(unfinished, pem, { mode: 0o600 });
  try {
    linkSync(unfinished, path);
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  } finally {
    rmSync(unfinished);
  }
}
