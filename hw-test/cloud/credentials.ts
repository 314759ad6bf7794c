import { randomBytes } from "node:crypto";
import type { AccessKey } from "./sigv4/presign.ts";
import type { Tables } from "./store/tables.ts";

/** What the caller of the SDK signs with, and what AWS IoT Jobs presigns with. */
export interface AccessKeys {
  readonly user: AccessKey;
  readonly jobsRole: AccessKey;
}

/** What the caller of the SDK signs with. Not a secret: for a cloud on the loopback that forgets all. */
export const userKey: AccessKey = Object.freeze({
  accessKeyId: "AKIALOCALTRACKERFOTA",
  secretAccessKey: "local-secret-of-the-tracker-fota-cloud",
});

/**
 * The role that AWS IoT Jobs signs presigned URLs with. Temporary credentials carry a session
 * token, which makes such a URL about 1,700 bytes long in the field; this one is as long.
 */
export const jobsRoleKey: AccessKey = Object.freeze({
  accessKeyId: "ASIALOCALTRACKERJOBS",
  secretAccessKey: "local-secret-of-the-jobs-role",
  sessionToken: `IQoJb3JpZ2luX2VjE${"Ab3dEf6hIj9kLm/oPq+sTu".repeat(48)}==`,
});

export const wellKnownKeys: AccessKeys = Object.freeze({ user: userKey, jobsRole: jobsRoleKey });

/** Keys with secrets of their own: made once, and the same ever after. */
export function ownKeys(tables: Tables): AccessKeys {
  const kept = tables.open<AccessKeys>("access keys");
  const keys = kept.get("keys") ?? {
    user: { ...userKey, secretAccessKey: randomBytes(30).toString("base64url") },
    jobsRole: { ...jobsRoleKey, secretAccessKey: randomBytes(30).toString("base64url") },
  };
  if (!kept.has("keys")) kept.set("keys", keys);
  return keys;
}
