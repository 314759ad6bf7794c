import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import test from "node:test";
import { createAuthority } from "./authority.ts";

const authority = createAuthority();
const root = new X509Certificate(authority.certificate);

test("the root is a self-signed P-256 authority", () => {
  assert.equal(root.ca, true);
  assert.equal(root.verify(root.publicKey), true);
  assert.equal(root.publicKey.asymmetricKeyDetails?.namedCurve, "prime256v1");
});

test("a tracker certificate carries the thing name, is the root's, and fits its key", () => {
  const tracker = authority.issueTracker("fota-1:a_b");
  const certificate = new X509Certificate(tracker.cert);
  assert.equal(certificate.subject, "CN=fota-1:a_b");
  assert.equal(certificate.ca, false);
  assert.equal(certificate.verify(root.publicKey), true);
  assert.equal(certificate.checkIssued(root), true);
  assert.equal(certificate.checkPrivateKey(createPrivateKey(tracker.key)), true);
  assert.deepEqual(certificate.keyUsage, ["1.3.6.1.5.5.7.3.2"]);
});

test("another authority's key does not verify a tracker certificate", () => {
  const stranger = new X509Certificate(createAuthority().certificate);
  const certificate = new X509Certificate(authority.issueTracker("x").cert);
  assert.equal(certificate.verify(stranger.publicKey), false);
});

test("a server certificate is valid for its host names and addresses only", () => {
  const server = authority.issueServer(["localhost", "127.0.0.1", "*.s3.amazonaws.com"]);
  const certificate = new X509Certificate(server.cert);
  assert.equal(certificate.checkHost("localhost"), "localhost");
  assert.equal(certificate.checkHost("bucket.s3.amazonaws.com"), "*.s3.amazonaws.com");
  assert.equal(certificate.checkHost("s3.amazonaws.com"), undefined);
  assert.equal(certificate.checkIP("127.0.0.1"), "127.0.0.1");
  assert.equal(certificate.checkIP("127.0.0.2"), undefined);
  assert.deepEqual(certificate.keyUsage, ["1.3.6.1.5.5.7.3.1"]);
});

test("every certificate has a key and a serial number of its own", () => {
  const a = new X509Certificate(authority.issueTracker("a").cert);
  const b = new X509Certificate(authority.issueTracker("a").cert);
  assert.notEqual(a.serialNumber, b.serialNumber);
  const pem = (certificate: X509Certificate) =>
    createPublicKey(certificate.publicKey.export({ type: "spki", format: "pem" })).export({
      type: "spki",
      format: "pem",
    });
  assert.notEqual(pem(a), pem(b));
});
