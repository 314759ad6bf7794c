import { CreateJobCommand } from "@aws-sdk/client-iot";
import { print } from "../../command-line/command.ts";
import { CommandFailed } from "../../command-line/command-failed.ts";
import { wholeNumber } from "../../command-line/values.ts";
import { asked, awsClients, awsCommand } from "../aws/clients.ts";
import { newestExecutions } from "../aws/executions.ts";
import { bucketName, jobName } from "../aws/names.ts";
import { jobOrder } from "../deploy/job-order.ts";
import { readRelease } from "../deploy/release-file.ts";
import { putAll } from "../deploy/upload.ts";
import { examples } from "../examples.ts";
import { readJobFile } from "../job-file.ts";
import { describeJob, documentOf } from "../jobs/known-job.ts";
import { targetsFor } from "../jobs/things.ts";
import { whyRefused } from "../jobs/way-back.ts";

export const rollback = awsCommand("rollback")
  .summary("a job with the previous release for the trackers that took this one")
  .description(
    "Makes a new job with the release FILE for the things on which JOB has SUCCEEDED. A tracker takes it as " +
      "it takes any: a lower security counter never; a lower version only if its settings allow it " +
      "(allowDowngrade), which AWS does not know: --downgrade-allowed says so. The other way is to pack " +
      "the old application under a higher version. JOB itself is left alone: fota abort stops it.",
  )
  .argument("<JOB>", "the job that brought what is to go", jobName)
  .argument("<FILE>", "VERSION.hex or VERSION.job.json of the previous release")
  .option("--downgrade-allowed", "these trackers are provisioned with allowDowngrade")
  .option("--job-id <ID>", "name of the new job (default: version and time)", jobName)
  .option("--rate <N>", "at most N things a minute", wholeNumber({ least: 1, most: 1000 }))
  .option("--role-arn <ARN>", "role that presigns URLs, where the document asks for them")
  .option("--bucket <NAME>", "bucket behind a location that is not S3's own", bucketName)
  .option("--no-upload", "the files are there already")
  .option("--json", "one JSON object: {jobId, things}")
  .addHelpText(
    "after",
    examples(
      "fota rollback fw-1-0-1-20261128T101650Z 1.0.2-with-old-code.hex",
      "fota rollback fw-1-0-1-20261128T101650Z 1.0.0.hex --downgrade-allowed --no-upload",
    ),
  )
  .action(async (from, file, options) => {
    const release = readRelease(file, { name: options.bucket, isUploaded: options.upload });
    const wishes = { ...options, isContinuous: false, abort: [], retry: [] };
    const order = jobOrder(release, { ...wishes, increment: 2, increaseBy: "succeeded" });
    const { iot, s3 } = awsClients(options);
    const job = await describeJob(iot, from);
    const taken = readJobFile(from, Buffer.from(await documentOf(iot, from)));
    const reason = whyRefused(taken, release.facts, options.downgradeAllowed === true);
    if (reason !== undefined) throw new CommandFailed(reason);
    const states = await newestExecutions(iot, from);
    const things = [...states].filter(([, { status }]) => status === "SUCCEEDED");
    const names = things.map(([name]) => name);
    if (names.length === 0) throw new CommandFailed(`${from} has succeeded on no tracker`);
    const { jobId } = order;
    await putAll(s3, release.uploads);
    const where = { groupName: jobId, arn: job.targets?.[0] ?? "" };
    const targets = await targetsFor(iot, names, where);
    const create = new CreateJobCommand({ ...order, targets });
    await asked(`job ${jobId}`, iot.send(create));
    const told = `${jobId}: ${names.length} trackers back to ${release.facts.version}\n`;
    const facts = JSON.stringify({ jobId, things: names });
    print(options.json ? `${facts}\n` : `${told}watch     fota watch ${jobId}\n`);
  });
