import { createPublicKey } from "node:crypto";
import { type JsonObject, stringField } from "../json.ts";
import type { Certificate, Policy, Principals } from "../registry/principals.ts";
import type { Registry } from "../registry/registry.ts";
import { invalidRequest } from "../serviceError.ts";
import { page } from "./page.ts";
import { type Call, pathPart, queryFlag, type Route, route } from "./route.ts";

/** Certificates, policies, and what they are attached to (AWS IoT API Reference). */
export function principalRoutes(principals: Principals, registry: Registry): readonly Route[] {
  return [
    ...certificateRoutes(principals),
    ...policyRoutes(principals),
    ...attachmentRoutes(principals),
    route("PUT", "/things/{thingName}/principals", (call) => {
      const { thingName } = registry.thing(pathPart(call, "thingName"));
      principals.attachThing(principal(principals, call), thingName);
      return {};
    }),
    route("DELETE", "/things/{thingName}/principals", (call) => {
      principals.detachThing(principal(principals, call), pathPart(call, "thingName"));
      return {};
    }),
    route("GET", "/things/{thingName}/principals", (call) => {
      const { thingName } = registry.thing(pathPart(call, "thingName"));
      const attached = principals.allCertificates().filter(({ things }) => things.has(thingName));
      return page(
        call,
        "principals",
        attached.map(({ certificateArn }) => certificateArn),
      );
    }),
    route("GET", "/principals/things", (call) =>
      page(call, "things", [...principal(principals, call).things]),
    ),
  ];
}

function certificateRoutes(principals: Principals): readonly Route[] {
  const id = (call: Call) => pathPart(call, "certificateId");
  return [
    route("POST", "/keys-and-certificate", (call) => {
      const made = principals.createKeysAndCertificate(queryFlag(call, "setAsActive"));
      const { certificateArn, certificateId, certificatePem } = made.certificate;
      const publicKey = createPublicKey(made.key).export({ type: "spki", format: "pem" });
      const keyPair = { PublicKey: publicKey.toString(), PrivateKey: made.key };
      return { certificateArn, certificateId, certificatePem, keyPair };
    }),
    route("GET", "/certificates", (call) => ({
      certificates: page(call, "list", principals.allCertificates().map(certificateView))["list"],
    })),
    route("GET", "/certificates/{certificateId}", (call) => {
      const certificate = principals.certificate(id(call));
      const { certificatePem } = certificate;
      return { certificateDescription: { ...certificateView(certificate), certificatePem } };
    }),
    route("PUT", "/certificates/{certificateId}", (call) => {
      principals.setStatus(id(call), call.query.get("newStatus"));
      return {};
    }),
    route("DELETE", "/certificates/{certificateId}", (call) => {
      principals.deleteCertificate(id(call), queryFlag(call, "forceDelete"));
      return {};
    }),
  ];
}

function policyRoutes(principals: Principals): readonly Route[] {
  return [
    route("POST", "/policies/{policyName}", (call) => {
      const document = stringField(call.body, "policyDocument");
      if (document === undefined) throw invalidRequest("policyDocument is missing");
      return { ...policyView(principals.createPolicy(name(call), document)), policyVersionId: "1" };
    }),
    route("GET", "/policies", (call) => {
      const names = principals
        .allPolicies()
        .map(({ policyName, policyArn }) => ({ policyName, policyArn }));
      return page(call, "policies", names);
    }),
    route("GET", "/policies/{policyName}", (call) => ({
      ...policyView(principals.policy(name(call))),
      defaultVersionId: "1",
    })),
    route("DELETE", "/policies/{policyName}", (call) => {
      principals.deletePolicy(name(call));
      return {};
    }),
  ];
}

/** Targets are certificates; AttachPrincipalPolicy is the older way to say the same. */
function attachmentRoutes(principals: Principals): readonly Route[] {
  const target = (call: Call) => principals.principal(stringField(call.body, "target") ?? "");
  const attach = (certificate: Certificate, call: Call) => {
    principals.attachPolicy(certificate, name(call));
    return {};
  };
  const detach = (certificate: Certificate, call: Call) => {
    principals.detachPolicy(certificate, name(call));
    return {};
  };
  const legacy = "/principal-policies/{policyName}";
  return [
    route("PUT", "/target-policies/{policyName}", (call) => attach(target(call), call)),
    route("POST", "/target-policies/{policyName}", (call) => detach(target(call), call)),
    route("PUT", legacy, (call) => attach(principal(principals, call, legacyHeader), call)),
    route("DELETE", legacy, (call) => detach(principal(principals, call, legacyHeader), call)),
    route("POST", "/attached-policies/{target}", (call) => {
      const { policies } = principals.principal(pathPart(call, "target"));
      const attached = [...policies].map((one) => principals.policy(one));
      return {
        policies: attached.map(({ policyName, policyArn }) => ({ policyName, policyArn })),
      };
    }),
    route("POST", "/policy-targets/{policyName}", (call) => {
      const { policyName } = principals.policy(name(call));
      const attached = principals
        .allCertificates()
        .filter(({ policies }) => policies.has(policyName));
      return { targets: attached.map(({ certificateArn }) => certificateArn) };
    }),
  ];
}

const legacyHeader = "x-amzn-iot-principal";

function principal(principals: Principals, call: Call, header = "x-amzn-principal"): Certificate {
  return principals.principal(call.header(header) ?? "");
}

function name(call: Call): string {
  return pathPart(call, "policyName");
}

function certificateView(certificate: Certificate): JsonObject {
  const { certificateArn, certificateId, status, creationDate } = certificate;
  return { certificateArn, certificateId, status, creationDate };
}

function policyView({ policyName, policyArn, policyDocument, creationDate }: Policy): JsonObject {
  return { policyName, policyArn, policyDocument, creationDate };
}
