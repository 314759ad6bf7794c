import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { runOnXs } from "../tracker/on-xs.ts";

/** What one signature check costs on XS. */
export interface SignatureCost {
  readonly verdict: string;
  readonly steps: number;
  /** XS byte codes; what a BigInt operation does inside is counted by its words. */
  readonly codes: number;
  /** Of the step that has the most. */
  readonly stepCodes: number;
}

const imports = 'import { verifier } from "./verify/p256.ts";';

const check = `
let verdict = "more", steps = 0, codes = 0, stepCodes = 0;
const check = verifier.begin(signed);
while (verdict === "more") {
  const used = meter(() => { verdict = check.step(); });
  steps += 1;
  codes += used;
  if (used > stepCodes) stepCodes = used;
}
trace(JSON.stringify({ verdict, steps, codes, stepCodes }) + "\\n");`;

/** The verifier, and a signature by a fresh key; `idle` loads both and checks nothing. */
function script(work: "check" | "idle"): string {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const message = Buffer.from("a release");
  const key = publicKey.export({ format: "der", type: "spki" }).subarray(-65);
  const digest = createHash("sha256").update(message).digest();
  const signature = sign("sha256", message, { key: privateKey, dsaEncoding: "ieee-p1363" });
  const bytes = (of: Buffer): string => `Uint8Array.of(${[...of]})`;
  const signed = `{ key: ${bytes(key)}, digest: ${bytes(digest)}, signature: ${bytes(signature)} }`;
  const idle = 'trace(String(verifier.isKey(signed.key)) + "\\n");';
  return `${imports}\nconst signed = ${signed};\n${work === "check" ? check : idle}\n`;
}

export async function signatureCost(): Promise<SignatureCost> {
  return JSON.parse((await runOnXs(script("check"))).output) as SignatureCost;
}

/** Bytecode of the check, without what a script has anyway. */
export async function signatureCodeBytes(): Promise<number> {
  const whole = await runOnXs(`${imports}\ntrace(String(verifier));`);
  const without = await runOnXs("trace(String(0));");
  return whole.codeBytes - without.codeBytes;
}

/** The smallest pool in which it works, to 256 bytes. */
export async function smallestPool(work: "check" | "idle"): Promise<number> {
  const source = script(work);
  let fails = 64 * 1024;
  let enough = 128 * 1024;
  while (enough - fails > 256) {
    const between = (fails + enough) / 2;
    if (await fits(source, between)) enough = between;
    else fails = between;
  }
  return enough;
}

async function fits(source: string, poolBytes: number): Promise<boolean> {
  try {
    await runOnXs(source, poolBytes);
    return true;
  } catch {
    return false;
  }
}
