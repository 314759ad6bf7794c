import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";
import * as der from "./der.ts";

/** What a certificate is for; decides its key usage (RFC 5280, 4.2.1.3 and 4.2.1.12). */
export type Purpose = "authority" | "server" | "client";

export interface CertificateRequest {
  readonly commonName: string;
  readonly purpose: Purpose;
  /** DNS names and IPv4 addresses of a server. */
  readonly hosts?: readonly string[];
  readonly publicKey: KeyObject;
  /** The end of its validity; far off if not given. */
  readonly validUntil?: Date;
}

export interface Issuer {
  readonly commonName: string;
  readonly privateKey: KeyObject;
}

/** Wide enough for any clock a test sets, and still a UTCTime. */
const notBefore = new Date("2020-01-01T00:00:00Z");
const notAfter = new Date("2049-12-31T23:59:59Z");

const oid = Object.freeze({
  commonName: "2.5.4.3",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
});

/**
 * An X.509 v3 certificate (RFC 5280) for a P-256 key, signed with ECDSA and SHA-256.
 * @returns PEM
 */
export function issueCertificate(request: CertificateRequest, issuer: Issuer): string {
  const algorithm = der.sequence(der.objectIdentifier(oid.ecdsaWithSha256));
  const version3 = der.explicit(0, der.integer(Uint8Array.of(2)));
  const toBeSigned = der.sequence(
    version3,
    der.integer(serialNumber()),
    algorithm,
    distinguishedName(issuer.commonName),
    der.sequence(der.utcTime(notBefore), der.utcTime(request.validUntil ?? notAfter)),
    distinguishedName(request.commonName),
    request.publicKey.export({ type: "spki", format: "der" }),
    der.explicit(3, der.sequence(...extensions(request, issuer))),
  );
  const signature = sign("sha256", toBeSigned, issuer.privateKey);
  return pem(der.sequence(toBeSigned, algorithm, der.bitString(signature)));
}

/** 16 random octets, positive and not zero (RFC 5280, 4.1.2.2). */
function serialNumber(): Buffer {
  const octets = randomBytes(16);
  octets[0] = ((octets[0] ?? 0) & 0x7f) | 0x40;
  return octets;
}

function distinguishedName(commonName: string): Buffer {
  return der.sequence(
    der.set(der.sequence(der.objectIdentifier(oid.commonName), der.utf8String(commonName))),
  );
}

function extensions(request: CertificateRequest, issuer: Issuer): Buffer[] {
  const isAuthority = request.purpose === "authority";
  const issuerKeyId = der.sequence(der.implicit(0, keyId(createPublicKey(issuer.privateKey))));
  const list = [
    critical(oid.basicConstraints, isAuthority ? der.sequence(der.boolean(true)) : der.sequence()),
    critical(oid.keyUsage, keyUsage(isAuthority)),
    extension(oid.subjectKeyIdentifier, der.octetString(keyId(request.publicKey))),
    extension(oid.authorityKeyIdentifier, issuerKeyId),
  ];
  if (!isAuthority) {
    const use = request.purpose === "server" ? oid.serverAuth : oid.clientAuth;
    list.push(extension(oid.extendedKeyUsage, der.sequence(der.objectIdentifier(use))));
  }
  if (request.hosts !== undefined) {
    list.push(extension(oid.subjectAltName, der.sequence(...request.hosts.map(generalName))));
  }
  return list;
}

/** keyCertSign and cRLSign (bits 5 and 6), or digitalSignature (bit 0). */
function keyUsage(isAuthority: boolean): Buffer {
  return isAuthority
    ? der.bitString(Uint8Array.of(0b00000110), 1)
    : der.bitString(Uint8Array.of(0b10000000), 7);
}

function extension(id: string, value: Buffer): Buffer {
  return der.sequence(der.objectIdentifier(id), der.octetString(value));
}

function critical(id: string, value: Buffer): Buffer {
  return der.sequence(der.objectIdentifier(id), der.boolean(true), der.octetString(value));
}

function generalName(host: string): Buffer {
  if (isIP(host) === 4) return der.implicit(7, Buffer.from(host.split(".").map(Number)));
  return der.implicit(2, Buffer.from(host, "ascii"));
}

/** RFC 5280, 4.2.1.2, method 1 in spirit: SHA-1 over the public key. */
function keyId(publicKey: KeyObject): Buffer {
  return createHash("sha1")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest();
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}
