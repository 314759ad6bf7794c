import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Cloud, startCloud } from "../cloud.ts";

/** Debian's, where it is installed; any other that the PATH leads to otherwise. */
const cli = ["/usr/bin/aws", "aws"].find(isInstalled);
const missing = "awscli or curl is not installed: apt-get install awscli curl";
const skip = cli === undefined || !isInstalled("curl") ? missing : false;

const folder = mkdtempSync(join(tmpdir(), "awscli-"));
const caFile = join(folder, "ca.pem");
let cloud: Cloud;

function isInstalled(command: string): boolean {
  return spawnSync(command, ["--version"]).status === 0;
}

before(async () => {
  cloud = await startCloud();
  cloud.createBucket("firmware");
  writeFileSync(caFile, cloud.ca);
});

after(async () => {
  await cloud.stop();
  rmSync(folder, { recursive: true });
});

/** Nothing of the user's own AWS settings is read. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_"));
  return {
    ...Object.fromEntries(own),
    AWS_CLI: cli ?? "",
    AWS_ACCESS_KEY_ID: cloud.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: cloud.credentials.secretAccessKey,
    AWS_DEFAULT_REGION: cloud.region,
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_PAGER: "",
    ENDPOINT: cloud.endpoints.iotControl,
    BUCKET: "firmware",
    THING: "cli-tracker",
    FILES_CA: caFile,
    FILES_PORT: String(cloud.endpoints.files.port),
  };
}

test("the AWS CLI alone does a whole update, and destroys nothing by what is not served", {
  skip,
}, async () => {
  const script = fileURLToPath(new URL("whole-update.sh", import.meta.url));
  const { stdout } = await promisify(execFile)(script, { env: environment() });
  assert.match(stdout, /done\n$/);
  assert.equal(stdout.match(/^ok: /gm)?.length, 9, stdout);
});
