import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { inMemory, type Tables } from "../store/tables.ts";
import { issueCertificate } from "./certificate.ts";

/** A certificate and its private key (PKCS #8), both PEM. */
export interface Credential {
  readonly cert: string;
  readonly key: string;
}

/** RSA has 2048 bits: the TLS of the Moddable SDK signs with nothing else. */
export type KeyKind = "P-256" | "RSA";

/** The cloud's certificate authority. */
export interface Authority {
  /** PEM; what a tracker trusts. */
  readonly certificate: string;
  /** @param hosts DNS names (a leading `*.` matches one label) and IPv4 addresses */
  issueServer(hosts: readonly string[]): Credential;
  /**
   * Common name = thing name, as the broker requires.
   * @param kind of its key, P-256 unless told otherwise
   */
  issueTracker(thingName: string, kind?: KeyKind): Credential;
}

const authorityName = "tracker-fota local AWS root";

/** @param tables the authority that they hold; a new one, kept there, if they hold none */
export function createAuthority(tables: Tables = inMemory): Authority {
  const kept = tables.open<Credential>("authority");
  const own = kept.get("root") ?? createRoot();
  if (!kept.has("root")) kept.set("root", own);
  const issuer = { commonName: authorityName, privateKey: createPrivateKey(own.key) };
  return {
    certificate: own.cert,
    issueServer(hosts) {
      const pair = newKeyPair("P-256");
      const request = { commonName: hosts[0] ?? "localhost", hosts, publicKey: pair.publicKey };
      const cert = issueCertificate({ ...request, purpose: "server" }, issuer);
      // The chain goes along: some TLS stacks want to see the root they already trust.
      return { cert: cert + own.cert, key: pemKey(pair.privateKey) };
    },
    issueTracker(thingName, kind = "P-256") {
      const pair = newKeyPair(kind);
      const request = { commonName: thingName, publicKey: pair.publicKey };
      const cert = issueCertificate({ ...request, purpose: "client" }, issuer);
      return { cert, key: pemKey(pair.privateKey) };
    },
  };
}

function createRoot(): Credential {
  const { publicKey, privateKey } = newKeyPair("P-256");
  const cert = issueCertificate(
    { commonName: authorityName, purpose: "authority", publicKey },
    { commonName: authorityName, privateKey },
  );
  return { cert, key: pemKey(privateKey) };
}

function newKeyPair(kind: KeyKind): { publicKey: KeyObject; privateKey: KeyObject } {
  return kind === "RSA"
    ? generateKeyPairSync("rsa", { modulusLength: 2048 })
    : generateKeyPairSync("ec", { namedCurve: "prime256v1" });
}

function pemKey(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}
