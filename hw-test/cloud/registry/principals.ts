import { createHash, X509Certificate } from "node:crypto";
import type { Credential } from "../certificates/authority.ts";
import { epochSeconds, type Now } from "../clock.ts";
import type { Names } from "../names.ts";
import { invalidRequest, notFound, ServiceError } from "../serviceError.ts";
import { inMemory, type Tables } from "../store/tables.ts";

export type CertificateStatus = "ACTIVE" | "INACTIVE" | "REVOKED";

export interface Certificate {
  readonly certificateId: string;
  readonly certificateArn: string;
  readonly certificatePem: string;
  readonly creationDate: number;
  status: CertificateStatus;
  /** Names of what is attached. */
  readonly policies: Set<string>;
  readonly things: Set<string>;
}

export interface Policy {
  readonly policyName: string;
  readonly policyArn: string;
  readonly policyDocument: string;
  readonly creationDate: number;
}

/**
 * Certificates that AWS IoT makes, and the policies and things they are attached to. What a policy
 * says is not evaluated: a certificate with one may do what a tracker may.
 */
export class Principals {
  private readonly names: Names;
  private readonly issue: () => Credential;
  private readonly now: Now;
  private readonly certificates: Map<string, Certificate>;
  private readonly policies: Map<string, Policy>;

  /** @param options `issue` makes a new key and its certificate */
  constructor(options: {
    readonly names: Names;
    readonly issue: () => Credential;
    readonly now: Now;
    readonly tables?: Tables;
  }) {
    const { tables = inMemory } = options;
    this.certificates = tables.open("certificates");
    this.policies = tables.open("policies");
    this.names = options.names;
    this.issue = options.issue;
    this.now = options.now;
  }

  createKeysAndCertificate(isActive: boolean): { certificate: Certificate; key: string } {
    const { cert, key } = this.issue();
    const certificateId = createHash("sha256").update(new X509Certificate(cert).raw).digest("hex");
    const certificate: Certificate = {
      certificateId,
      certificateArn: this.names.certificate(certificateId),
      certificatePem: cert,
      creationDate: epochSeconds(this.now()),
      status: isActive ? "ACTIVE" : "INACTIVE",
      policies: new Set(),
      things: new Set(),
    };
    this.certificates.set(certificateId, certificate);
    return { certificate, key };
  }

  certificate(certificateId: string): Certificate {
    const found = this.certificates.get(certificateId);
    if (found === undefined) throw notFound(`Certificate ${certificateId}`);
    return found;
  }

  allCertificates(): Certificate[] {
    return [...this.certificates.values()];
  }

  /** The certificate of that ARN: every principal here is one. */
  principal(arn: string): Certificate {
    const found = this.allCertificates().find(({ certificateArn }) => certificateArn === arn);
    if (found === undefined) throw notFound(`Principal ${arn}`);
    return found;
  }

  setStatus(certificateId: string, status: string | null): void {
    const statuses = ["ACTIVE", "INACTIVE", "REVOKED"] as const;
    const found = statuses.find((one) => one === status);
    if (found === undefined) throw invalidRequest(`newStatus ${status} cannot be set here`);
    const certificate = this.certificate(certificateId);
    certificate.status = found;
    this.keep(certificate);
  }

  attachThing(certificate: Certificate, thingName: string): void {
    certificate.things.add(thingName);
    this.keep(certificate);
  }

  detachThing(certificate: Certificate, thingName: string): void {
    certificate.things.delete(thingName);
    this.keep(certificate);
  }

  attachPolicy(certificate: Certificate, policyName: string): void {
    certificate.policies.add(this.policy(policyName).policyName);
    this.keep(certificate);
  }

  detachPolicy(certificate: Certificate, policyName: string): void {
    certificate.policies.delete(policyName);
    this.keep(certificate);
  }

  private keep(certificate: Certificate): void {
    this.certificates.set(certificate.certificateId, certificate);
  }

  deleteCertificate(certificateId: string, isForced: boolean): void {
    const { status, policies, things } = this.certificate(certificateId);
    if (status === "ACTIVE") {
      const message = `Certificate ${certificateId} is ACTIVE and cannot be deleted`;
      throw new ServiceError("CertificateState", message);
    }
    if (things.size > 0 || (policies.size > 0 && !isForced)) {
      throw new ServiceError("DeleteConflict", "Things or policies must be detached before");
    }
    this.certificates.delete(certificateId);
  }

  /** What a connection with this certificate may be; undefined: it is none of these certificates. */
  thingsOf(certificateId: string): readonly string[] | undefined {
    const certificate = this.certificates.get(certificateId);
    if (certificate === undefined) return undefined;
    const { status, policies, things } = certificate;
    return status === "ACTIVE" && policies.size > 0 ? [...things] : [];
  }

  createPolicy(policyName: string, policyDocument: string): Policy {
    if (!/^[\w+=,.@-]{1,128}$/.test(policyName)) {
      throw invalidRequest(`policyName ${policyName} is not [\\w+=,.@-]{1,128}`);
    }
    if (this.policies.has(policyName)) {
      throw new ServiceError("ResourceAlreadyExists", `Policy ${policyName} already exists`);
    }
    const policyArn = this.names.policy(policyName);
    const creationDate = epochSeconds(this.now());
    const policy = { policyName, policyArn, policyDocument, creationDate };
    this.policies.set(policyName, policy);
    return policy;
  }

  policy(policyName: string): Policy {
    const policy = this.policies.get(policyName);
    if (policy === undefined) throw notFound(`Policy ${policyName}`);
    return policy;
  }

  allPolicies(): Policy[] {
    return [...this.policies.values()];
  }

  deletePolicy(policyName: string): void {
    this.policy(policyName);
    if (this.allCertificates().some(({ policies }) => policies.has(policyName))) {
      throw new ServiceError("DeleteConflict", `Policy ${policyName} is attached`);
    }
    this.policies.delete(policyName);
  }
}
