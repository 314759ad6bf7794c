import { UsageError } from "../command-line/usage-error.ts";
import { fileText } from "../command-line/values.ts";
import { SigningKey } from "../image/sign.ts";
import { VerifyingKey } from "../image/verify-signature.ts";

/**
 * The private key in the PEM file that `option` names.
 * @throws UsageError
 */
export function signingKey(option: string, path: string): SigningKey {
  const pem = fileText(option, path, "utf8");
  return readKey(`${option} ${path}`, pem, () => new SigningKey(pem));
}

/** The same for a public key, or the public half of a private one. */
export function verifyingKey(option: string, path: string): VerifyingKey {
  const pem = fileText(option, path, "utf8");
  return readKey(`${option} ${path}`, pem, () => new VerifyingKey(pem));
}

function readKey<Key>(what: string, pem: string, read: () => Key): Key {
  try {
    return read();
  } catch (error) {
    throw new UsageError(`${what}: ${whyNoKey(pem, error as Error)}`);
  }
}

/** OpenSSL's own words tell of its decoders, not of the file. */
function whyNoKey(pem: string, error: Error): string {
  if (/ENCRYPTED/.test(pem)) return "is encrypted; openssl pkey -in FILE -out PLAIN decrypts it";
  if (error instanceof TypeError && /^not an ECDSA/.test(error.message)) return error.message;
  if (/BEGIN PUBLIC KEY/.test(pem)) return "a public key; the private one signs";
  return "no ECDSA P-256 key in PEM";
}
