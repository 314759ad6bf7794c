import { assert } from "../../assert.ts";
import type { Credentials } from "./network.ts";
import { ModdableStore } from "./store.ts";

/** Apart from the client's own store: these values are larger, and never written by it. */
const PATH = "tracker-tls";

/**
 * Certificates (X.509 DER) and the tracker's key (PKCS #8 DER, RSA: what the SDK's TLS can sign
 * with), as they were provisioned. About 4 KB of heap for as long as the tracker runs.
 */
export function readCredentials(): Credentials {
  const store = new ModdableStore(PATH);
  function der(key: string): Uint8Array {
    const value = store.read(key);
    assert(value !== undefined, `not provisioned: no ${key}`);
    return value;
  }
  return Object.freeze({
    broker: Object.freeze({
      certificate: der("broker-ca"),
      clientCertificates: Object.freeze([der("certificate")]),
      clientKey: der("private-key"),
    }),
    files: Object.freeze({ certificate: der("files-ca") }),
  });
}
