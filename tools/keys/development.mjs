// JavaScript, since rollup.config.mjs needs it before anything is compiled.
import { generateKeyPairSync } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../build/keys/", import.meta.url));

/** Where it is kept, whether it is there or not. */
export const developmentKeyPath = join(folder, "development.pem");

/**
 * The private key whose releases a firmware trusts when nobody names another: ECDSA P-256, PKCS #8
 * PEM, made once in build/keys and never part of the repository. So what is built here runs here and
 * nowhere else.
 */
export function developmentKey() {
  if (!existsSync(developmentKeyPath)) makeKey(developmentKeyPath);
  return readFileSync(developmentKeyPath, "utf8");
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
