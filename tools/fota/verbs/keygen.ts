import { generateKeyPairSync } from "node:crypto";
import { linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, parse } from "node:path";
import { print } from "../../command-line/command.ts";
import { defineCommand } from "../../command-line/definition.ts";
import { UsageError } from "../../command-line/usage-error.ts";
import { VerifyingKey } from "../../image/verify-signature.ts";
import { developmentKeyPath } from "../../keys/development.mjs";
import { trustAnchor } from "../../keys/trust-anchors.mjs";
import { examples } from "../examples.ts";

export const keygen = defineCommand("keygen")
  .summary("make a key that signs releases")
  .description(
    "Makes a key pair that signs releases (ECDSA P-256). FILE gets the private half, mode 600; its " +
      "name without .pem is the key's id. Without FILE it is the development key, which builds " +
      "trust when they are told of no other.",
  )
  .argument("[FILE]", "for example release-2026.pem")
  .option("--force", "write over a key that is there: what only it has signed is then lost")
  .option("--json", "one JSON object: {path, id, publicKey, keyHash, trustAnchor}")
  .addHelpText(
    "after",
    examples("fota keygen release-2026.pem", "fota keygen --force", "fota keygen k1.pem --json"),
  )
  .action((file, { force = false, json = false }) => {
    const path = file ?? developmentKeyPath;
    const made = makeKey(path, force);
    print(json ? `${JSON.stringify(made)}\n` : told(made));
  });

interface MadeKey {
  readonly path: string;
  readonly id: string;
  /** PEM, SPKI. */
  readonly publicKey: string;
  /** Hexadecimal; what MCUboot's KEYHASH entry says in an image that the key has signed. */
  readonly keyHash: string;
  /** What `--configKeys` makes of it. */
  readonly trustAnchor: string;
}

function makeKey(path: string, force: boolean): MadeKey {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = privateKey.export({ format: "pem", type: "pkcs8" }) as string;
  const id = parse(path).name;
  const anchor = anchorOf(path, id, pem);
  if (path === developmentKeyPath) mkdirSync(dirname(path), { recursive: true });
  writeKey(path, pem, force);
  const key = new VerifyingKey(pem);
  const keyHash = key.keyHash.toString("hex");
  return { path, id, publicKey: key.pem, keyHash, trustAnchor: anchor };
}

function anchorOf(path: string, id: string, pem: string): string {
  try {
    return trustAnchor(id, pem);
  } catch {
    const rule = "1 to 32 letters, digits, - and _";
    throw new UsageError(`${path}: its name is the key's id: ${rule}, then .pem`);
  }
}

/** Never half a key under its name, and none that was there gone unless that was asked for. */
function writeKey(path: string, pem: string, force: boolean): void {
  const unfinished = `${path}.${process.pid}`;
  try {
    writeFileSync(unfinished, pem, { mode: 0o600, flag: "wx" });
    if (force) renameSync(unfinished, path);
    else linkSync(unfinished, path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "EEXIST" ? "exists; --force would lose it for good" : message;
    throw new UsageError(`${path}: ${why}`);
  } finally {
    rmSync(unfinished, { force: true });
  }
}

function told({ path, id, publicKey, keyHash, trustAnchor: anchor }: MadeKey): string {
  return [
    `private key   ${path} (mode 600: keep it, and keep it secret)`,
    `id            ${id}`,
    `KEYHASH       ${keyHash}`,
    `trust anchor  ${anchor}`,
    "",
    publicKey.trimEnd(),
    "",
    `Build firmware that trusts it: npm run build -- --configKeys ${path}`,
    "",
  ].join("\n");
}
