import type { AwsWishes } from "../aws/clients.ts";
import { shellText } from "../boards/run-commands.ts";
import type { jobOrder } from "./job-order.ts";
import type { ReleaseFile } from "./release-file.ts";
import type { Targets } from "./targets.ts";

/** The same calls as lines for a shell with the AWS CLI. */
export function shellLines(
  release: ReleaseFile,
  order: ReturnType<typeof jobOrder>,
  targets: Targets,
  aws: AwsWishes,
): string[] {
  const global = [
    ...(aws.endpoint === undefined ? [] : ["--endpoint-url", aws.endpoint]),
    ...(aws.ca === undefined ? [] : ["--ca-bundle", aws.ca]),
    ...(aws.profile === undefined ? [] : ["--profile", aws.profile]),
    ...(aws.region === undefined ? [] : ["--region", aws.region]),
  ];
  const cli = (...words: string[]): string => shellText(["aws", ...global, ...words]);
  const uploads = release.uploads.map(({ path, bucket, key, contentType }) =>
    cli("s3", "cp", path, `s3://${bucket}/${key}`, "--content-type", contentType),
  );
  const arn = (query: string, ...words: string[]): string =>
    `"$(${cli("iot", ...words, "--query", query, "--output", "text")})"`;
  const arns = [
    ...targets.things.map((name) => arn("thingArn", "describe-thing", "--thing-name", name)),
    ...targets.groups.map((name) =>
      arn("thingGroupArn", "describe-thing-group", "--thing-group-name", name),
    ),
  ];
  const { document: _, ...rest } = order;
  const options = Object.entries(rest).flatMap(([name, value]) => [
    `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const create = cli("iot", "create-job", ...options, "--document", `file://${release.path}`);
  return [...uploads, `${create} --targets ${arns.join(" ")}`];
}
