import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { issueCertificate } from "./certificate.ts";

/** What all keys of a cloud are: ECDSA P-256, or RSA of 2,048 bits, as AWS IoT's own are. */
export type KeyKind = "ec" | "rsa";

/** A certificate and its private key (PKCS #8), both PEM. */
export interface Credential {
  readonly cert: string;
  readonly key: string;
}

/** The cloud's certificate authority: made anew at each start, kept in memory only. */
export interface Authority {
  /** PEM; what a tracker trusts. */
  readonly certificate: string;
  /** @param hosts DNS names (a leading `*.` matches one label) and IPv4 addresses */
  issueServer(hosts: readonly string[]): Credential;
  /** Common name = thing name, as the broker requires. */
  issueTracker(thingName: string): Credential;
}

const authorityName = "tracker-fota local AWS root";

/** @param keys RSA costs some tenths of a second a key */
export function createAuthority(keys: KeyKind = "ec"): Authority {
  const newKeyPair = keyMakers[keys];
  const own = newKeyPair();
  const issuer = { commonName: authorityName, privateKey: own.privateKey };
  const certificate = issueCertificate(
    { commonName: authorityName, purpose: "authority", publicKey: own.publicKey },
    issuer,
  );
  return {
    certificate,
    issueServer(hosts) {
      const pair = newKeyPair();
      const request = { commonName: hosts[0] ?? "localhost", hosts, publicKey: pair.publicKey };
      const cert = issueCertificate({ ...request, purpose: "server" }, issuer);
      // The chain goes along: some TLS stacks want to see the root they already trust.
      return { cert: cert + certificate, key: pemKey(pair.privateKey) };
    },
    issueTracker(thingName) {
      const pair = newKeyPair();
      const request = { commonName: thingName, publicKey: pair.publicKey };
      const cert = issueCertificate({ ...request, purpose: "client" }, issuer);
      return { cert, key: pemKey(pair.privateKey) };
    },
  };
}

const keyMakers: Record<KeyKind, () => { publicKey: KeyObject; privateKey: KeyObject }> = {
  ec: () => generateKeyPairSync("ec", { namedCurve: "prime256v1" }),
  rsa: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
};

function pemKey(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}
