import type { AccessKey } from "./sigv4/presign.ts";

/** What the caller of the SDK signs with here. Not a secret: this cloud is on the loopback only. */
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
