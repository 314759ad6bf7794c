import { parseArgs } from "node:util";
import { UsageError } from "../../../tools/command-line/usage-error.ts";

/** What one `npm run conformance` was asked to do. */
export interface ConformanceOptions {
  /** AWS is never run against unless it was asked for. */
  readonly target:
    | { readonly name: "local" }
    | {
        readonly name: "aws";
        readonly bucket: string;
        readonly region: string | undefined;
        readonly roleArn: string | undefined;
      };
  /** Part of the chapter or name of the cases to run. */
  readonly only: string;
  readonly json: boolean;
}

export const HELP = `Usage: npm run conformance -- [options]

Runs the conformance cases of AWS IoT Jobs, its control plane and S3, against the local AWS or,
when asked for, against AWS itself, with your own credentials, in your own account.

  --target T           local (default) or aws
  --bucket B           aws: a bucket of yours; objects are put into it and deleted again
  --region R           aws: default as the AWS SDK finds it (AWS_REGION, profile)
  --role-arn ARN       aws: a role that lets AWS IoT read the bucket; without it the cases of
                       presigned URLs are skipped, and reported so
  --only PATTERN       the cases whose chapter or name contains PATTERN
  --json               print the report as one JSON object, the last line
  --help               print this

Exit codes: 0 all as expected, 1 something differs or is left behind, 2 usage or no access.

A run against AWS creates things, jobs, thing groups, a certificate, a policy and objects, their
names all beginning with fota-, and deletes them; docs/local-cloud.md says what it costs.
`;

const forms = {
  target: { type: "string" },
  bucket: { type: "string" },
  region: { type: "string" },
  "role-arn": { type: "string" },
  only: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean" },
} as const;

/**
 * @returns undefined when help was asked for
 * @throws UsageError
 */
export function parseOptions(args: readonly string[]): ConformanceOptions | undefined {
  const given = parse(args);
  if (given.help === true) return undefined;
  return { target: targetOf(given), only: given.only ?? "", json: given.json === true };
}

function targetOf(given: ReturnType<typeof parse>): ConformanceOptions["target"] {
  const { target: name = "local", bucket, region, "role-arn": roleArn } = given;
  if (name === "aws") {
    if (bucket === undefined) throw new UsageError("--target aws needs --bucket B, one of yours");
    return { name, bucket, region, roleArn };
  }
  if (name !== "local") throw new UsageError(`--target ${name}: local or aws`);
  const [stray] = Object.entries({ bucket, region, "role-arn": roleArn }).find(
    ([, value]) => value !== undefined,
  ) ?? [undefined];
  if (stray !== undefined) throw new UsageError(`--${stray} is for --target aws`);
  return { name };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: forms }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
