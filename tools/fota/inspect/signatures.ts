import type { VerifyingKey } from "../../image/verify-signature.ts";

/** A key of `--key`, by its file's name. */
export interface NamedKey {
  readonly id: string;
  readonly key: VerifyingKey;
}

/**
 * `unchecked`: no key was given to check it by; `other`: none of those given made it, by its own word
 * or by arithmetic; `wrong`: it names one of them, which has not made it.
 */
export type Verdict =
  | { readonly state: "none" | "unchecked" | "other" }
  | { readonly state: "good" | "wrong"; readonly keyId: string };

export function verdictText(verdict: Verdict): string {
  switch (verdict.state) {
    case "none":
      return "none";
    case "unchecked":
      return "there, not checked (--key FILE checks it)";
    case "other":
      return "NOT by a key that was given";
    case "good":
      return `good, by ${verdict.keyId}`;
    case "wrong":
      return `WRONG: not made by ${verdict.keyId}, or not over this`;
  }
}

/** Whether whoever gave a key has reason to complain. */
export function isRefused({ state }: Verdict): boolean {
  return state === "wrong" || state === "other";
}
