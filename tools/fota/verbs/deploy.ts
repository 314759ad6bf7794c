import { CreateJobCommand } from "@aws-sdk/client-iot";
import { print } from "../../command-line/command.ts";
import { each, oneOf, wholeNumber } from "../../command-line/values.ts";
import { asked, awsClients, awsCommand } from "../aws/clients.ts";
import { bucketName, groupName, jobName, thingName } from "../aws/names.ts";
import { type JobWishes, jobOrder } from "../deploy/job-order.ts";
import { readRelease } from "../deploy/release-file.ts";
import { shellLines } from "../deploy/shell.ts";
import { requireTargets, targetArns } from "../deploy/targets.ts";
import { putAll } from "../deploy/upload.ts";
import { abortRule, cron, factor, retryRule, timeText } from "../deploy/values.ts";
import { examples } from "../examples.ts";

export const deploy = awsCommand("deploy")
  .summary("upload a release and create its job")
  .description(
    "Uploads what fota pack made to the bucket that its job document names, and creates an AWS IoT job " +
      "for things and groups. AWS is found as by any SDK: environment, profile, SSO.",
  )
  .argument("<FILE>", "VERSION.hex or VERSION.job.json of fota pack, side by side")
  .option("--thing <NAME...>", "for these things; may be repeated", each(thingName))
  .option("--group <NAME...>", "for the things of these groups; may be repeated", each(groupName))
  .option("--job-id <ID>", "name of the job (default: version and time)", jobName)
  .option("--description <TEXT>", "for people (default: firmware VERSION)")
  .option("--continuous", "things that join a group later get it, too (default: SNAPSHOT)")
  .option("--rate <N>", "at most N things a minute get it", perMinute())
  .option("--base-rate <N>", "begin with N things a minute, and grow", perMinute())
  .option("--increment <F>", "grow by this factor, 1.1 to 5", factor, 2)
  .option("--increase-after <N>", "each time that so many things more have it", count())
  .option(
    "--increase-by <WHAT>",
    "have it: succeeded or notified",
    oneOf("succeeded", "notified"),
    "succeeded" as const,
  )
  .option(
    "--abort <TYPE:PERCENT:MIN>",
    "cancel when so many of MIN things or more FAILED, REJECTED, TIMED_OUT or ALL; repeatable",
    each(abortRule),
  )
  .option("--retry <TYPE:N>", "try again on FAILED, TIMED_OUT or ALL; repeatable", each(retryRule))
  .option("--timeout <MINUTES>", "a thing's, in progress", wholeNumber({ least: 1, most: 10_080 }))
  .option("--start <TIME>", "not before, in UTC: 2026-12-01T03:00", timeText)
  .option("--end <TIME>", "not after, in UTC", timeText)
  .option(
    "--at-end <WHAT>",
    "STOP_ROLLOUT, CANCEL or FORCE_CANCEL",
    oneOf("STOP_ROLLOUT", "CANCEL", "FORCE_CANCEL"),
  )
  .option("--window <CRON>", 'rollout in this window alone: "cron(0 2 ? * SUN *)", in UTC', cron)
  .option("--window-minutes <N>", "its length", wholeNumber({ least: 1, most: 1430 }))
  .option("--role-arn <ARN>", "role that presigns URLs, where the document asks for them")
  .option("--url-seconds <N>", "how long such a URL lasts", wholeNumber({ least: 60, most: 3600 }))
  .option("--bucket <NAME>", "bucket behind a location that is not S3's own", bucketName)
  .option("--no-upload", "the files are there already")
  .option("--dry-run", "print the AWS calls as lines for a shell, and make none")
  .option("--json", "one JSON object: {jobId, jobArn, targets, uploads}; of --dry-run {commands}")
  .addHelpText(
    "after",
    examples(
      "fota deploy 1.0.1.hex --thing tracker-1",
      "fota deploy 1.0.1.hex --group field --rate 20 --abort FAILED:20:5 --timeout 60",
      "fota deploy 1.0.1.hex --group field --base-rate 5 --increase-after 10 --rate 500 --dry-run",
      "fota deploy 1.0.1.hex --group field --endpoint 127.0.0.1:4566 --ca cloud/ca.pem",
    ),
  )
  .action(async (file, options) => {
    const { bucket, upload, json } = options;
    const targets = { things: options.thing ?? [], groups: options.group ?? [] };
    requireTargets(targets);
    const release = readRelease(file, { name: bucket, isUploaded: upload });
    const wishes: JobWishes = {
      ...options,
      isContinuous: options.continuous === true,
      abort: options.abort ?? [],
      retry: options.retry ?? [],
      timeoutMinutes: options.timeout,
    };
    const order = jobOrder(release, wishes);
    if (options.dryRun) {
      const commands = shellLines(release, order, targets, options);
      print(json ? `${JSON.stringify({ commands })}\n` : `${commands.join("\n")}\n`);
      return;
    }
    const { iot, s3 } = awsClients(options);
    const arns = await targetArns(iot, targets);
    const uploads = await putAll(s3, release.uploads);
    const create = new CreateJobCommand({ ...order, targets: arns });
    const { jobArn } = await asked(`job ${order.jobId}`, iot.send(create));
    const { jobId } = order;
    const told = [...uploads.map((one) => `uploaded  ${one}`), `job       ${jobId}`];
    told.push(`watch     fota watch ${jobId}`);
    const facts = { jobId, jobArn, targets: arns, uploads };
    print(json ? `${JSON.stringify(facts)}\n` : `${told.join("\n")}\n`);
  });

/** What AWS lets a rollout have. */
function perMinute() {
  return wholeNumber({ least: 1, most: 1000 });
}

function count() {
  return wholeNumber({ least: 1, most: 1_000_000 });
}
