import type { SignatureVerifier } from "../ports/signature.ts";

/** In the place of p256.ts in an unsigned build, which trusts no key. */
export const verifier: SignatureVerifier | undefined = undefined;
