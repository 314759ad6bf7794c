import { defineCommand, helpText, readArguments } from "../../../tools/command-line/definition.ts";
import { UsageError } from "../../../tools/command-line/usage-error.ts";
import { oneOf } from "../../../tools/command-line/values.ts";

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

const command = defineCommand("npm run conformance --")
  .description(
    "Runs the conformance cases of AWS IoT Jobs, its control plane and S3, against the local AWS " +
      "or, when asked for, against AWS itself, with your own credentials, in your own account.",
  )
  .option("--target <T>", "local or aws", oneOf("local", "aws"), "local" as const)
  .option("--bucket <B>", "aws: a bucket of yours; objects are put into it and deleted again")
  .option("--region <R>", "aws: default as the AWS SDK finds it (AWS_REGION, profile)")
  .option(
    "--role-arn <ARN>",
    "aws: a role that lets AWS IoT read the bucket; without it the cases of presigned URLs are " +
      "skipped, and reported so",
  )
  .option("--only <PATTERN>", "the cases whose chapter or name contains PATTERN")
  .option("--json", "print the report as one JSON object, the last line")
  .addHelpText(
    "after",
    `
Exit codes: 0 all as expected, 1 something differs or is left behind, 2 usage or no access.

A run against AWS creates things, jobs, thing groups, a certificate, a policy and objects, their
names all beginning with fota-, and deletes them; docs/local-cloud.md says what it costs.`,
  );

export const HELP = helpText(command);

/**
 * @returns undefined when help was asked for
 * @throws UsageError
 */
export function parseOptions(args: readonly string[]): ConformanceOptions | undefined {
  if (!readArguments(command, args)) return undefined;
  const { only = "", json = false, ...where } = command.opts();
  return { target: targetOf(where), only, json };
}

function targetOf(given: ReturnType<typeof command.opts>): ConformanceOptions["target"] {
  const { target: name, bucket, region, roleArn } = given;
  if (name === "aws") {
    if (bucket === undefined) throw new UsageError("--target aws needs --bucket B, one of yours");
    return { name, bucket, region, roleArn };
  }
  const ofAws = { bucket, region, "role-arn": roleArn };
  const stray = Object.entries(ofAws).find(([, value]) => value !== undefined);
  if (stray !== undefined) throw new UsageError(`--${stray[0]} is for --target aws`);
  return { name };
}
