import {
  createHash,
  createPublicKey,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from "node:crypto";
import { isIP } from "node:net";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import * as x509 from "@peculiar/asn1-x509";

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

const commonNameId = "2.5.4.3";
const ecdsaWithSha256 = new x509.AlgorithmIdentifier({ algorithm: "1.2.840.10045.4.3.2" });

/**
 * An X.509 v3 certificate (RFC 5280), signed with the issuer's P-256 key and SHA-256.
 * @returns PEM
 */
export function issueCertificate(request: CertificateRequest, issuer: Issuer): string {
  const publicKey = AsnConvert.parse(spki(request.publicKey), x509.SubjectPublicKeyInfo);
  const tbsCertificate = new x509.TBSCertificate({
    version: x509.Version.v3,
    serialNumber: serialNumber(),
    signature: ecdsaWithSha256,
    issuer: distinguishedName(issuer.commonName),
    validity: new x509.Validity({ notBefore, notAfter: request.validUntil ?? notAfter }),
    subject: distinguishedName(request.commonName),
    subjectPublicKeyInfo: publicKey,
    extensions: new x509.Extensions(extensions(request, issuer)),
  });
  const toBeSigned = Buffer.from(AsnConvert.serialize(tbsCertificate));
  const signatureValue = arrayBuffer(sign("sha256", toBeSigned, issuer.privateKey));
  const certificate = { tbsCertificate, signatureAlgorithm: ecdsaWithSha256, signatureValue };
  const der = AsnConvert.serialize(new x509.Certificate(certificate));
  return new X509Certificate(Buffer.from(der)).toString();
}

/** 16 random octets, positive and not zero (RFC 5280, 4.1.2.2). */
function serialNumber(): ArrayBuffer {
  const octets = randomBytes(16);
  octets[0] = ((octets[0] ?? 0) & 0x7f) | 0x40;
  return arrayBuffer(octets);
}

function distinguishedName(commonName: string): x509.Name {
  const value = new x509.AttributeValue({ utf8String: commonName });
  const attribute = new x509.AttributeTypeAndValue({ type: commonNameId, value });
  return new x509.Name([new x509.RelativeDistinguishedName([attribute])]);
}

function extensions(request: CertificateRequest, issuer: Issuer): x509.Extension[] {
  const isAuthority = request.purpose === "authority";
  const { digitalSignature, keyCertSign, cRLSign } = x509.KeyUsageFlags;
  const usage = isAuthority ? keyCertSign | cRLSign : digitalSignature;
  const keyIdentifier = keyId(createPublicKey(issuer.privateKey));
  const issuerKey = new x509.AuthorityKeyIdentifier({ keyIdentifier });
  const list = [
    critical(x509.id_ce_basicConstraints, new x509.BasicConstraints({ cA: isAuthority })),
    critical(x509.id_ce_keyUsage, new x509.KeyUsage(usage)),
    extension(x509.id_ce_subjectKeyIdentifier, keyId(request.publicKey)),
    extension(x509.id_ce_authorityKeyIdentifier, issuerKey),
  ];
  if (!isAuthority) {
    const use = request.purpose === "server" ? x509.id_kp_serverAuth : x509.id_kp_clientAuth;
    list.push(extension(x509.id_ce_extKeyUsage, new x509.ExtendedKeyUsage([use])));
  }
  if (request.hosts !== undefined) {
    const names = new x509.SubjectAlternativeName(request.hosts.map(generalName));
    list.push(extension(x509.id_ce_subjectAltName, names));
  }
  return list;
}

function extension(extnID: string, value: unknown): x509.Extension {
  return new x509.Extension({ extnID, extnValue: new OctetString(AsnConvert.serialize(value)) });
}

function critical(extnID: string, value: unknown): x509.Extension {
  return new x509.Extension({ ...extension(extnID, value), critical: true });
}

function generalName(host: string): x509.GeneralName {
  return new x509.GeneralName(isIP(host) === 4 ? { iPAddress: host } : { dNSName: host });
}

/** RFC 5280, 4.2.1.2, method 1 in spirit: SHA-1 over the public key. */
function keyId(publicKey: KeyObject): x509.KeyIdentifier {
  return new x509.KeyIdentifier(createHash("sha1").update(spki(publicKey)).digest());
}

function spki(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: "spki", format: "der" });
}

function arrayBuffer(octets: Uint8Array): ArrayBuffer {
  return Uint8Array.from(octets).buffer;
}
