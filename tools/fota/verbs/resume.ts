import { CreateJobCommand, type Job } from "@aws-sdk/client-iot";
import { print } from "../../command-line/command.ts";
import { CommandFailed } from "../../command-line/command-failed.ts";
import { asked, awsClients, awsCommand } from "../aws/clients.ts";
import { newestExecutions } from "../aws/executions.ts";
import { jobName } from "../aws/names.ts";
import { examples } from "../examples.ts";
import { describeJob, documentOf } from "../jobs/known-job.ts";
import { PAUSED } from "../jobs/paused.ts";
import { targetsFor, thingsOf } from "../jobs/things.ts";

export const resume = awsCommand("resume")
  .summary("a new job for the trackers that a paused one did not reach")
  .description(
    "Makes a new job with the document, rollout, abort, retry and timeout of one that fota pause canceled, " +
      "for the things of its targets that have not begun it. Counts of its abort criteria begin anew; its " +
      "schedule is not taken over. More than 100 things are put into a group of the new job's name.",
  )
  .argument("<JOB>", "the paused one", jobName)
  .option("--job-id <ID>", "name of the new job (default: JOB-r2, JOB-r3, …)", jobName)
  .option("--json", "one JSON object: {jobId, things}")
  .addHelpText("after", examples("fota resume fw-1-0-1-20261128T101650Z"))
  .action(async (paused, options) => {
    const { iot } = awsClients(options);
    const job = await describeJob(iot, paused);
    if (job.reasonCode !== PAUSED) {
      throw new CommandFailed(`${paused} is ${job.status} and was not paused by fota pause`);
    }
    const states = await newestExecutions(iot, paused);
    const all = await thingsOf(iot, job.targets ?? []);
    const rest = [...all].filter(
      (thing) => (states.get(thing)?.status ?? "CANCELED") === "CANCELED",
    );
    if (rest.length === 0) throw new CommandFailed(`${paused} left no tracker out`);
    const jobId = options.jobId ?? nextId(paused);
    const where = { groupName: jobId, arn: job.targets?.[0] ?? "" };
    const targets = await targetsFor(iot, rest, where);
    const document = await documentOf(iot, paused);
    const create = new CreateJobCommand({ ...settingsOf(job), jobId, targets, document });
    await asked(`job ${jobId}`, iot.send(create));
    const told = `${jobId}: ${rest.length} trackers\nwatch     fota watch ${jobId}\n`;
    print(options.json ? `${JSON.stringify({ jobId, things: rest })}\n` : told);
  });

/** What a new job takes over. */
function settingsOf(job: Job) {
  const { description, presignedUrlConfig, jobExecutionsRolloutConfig, abortConfig } = job;
  const { jobExecutionsRetryConfig, timeoutConfig } = job;
  const hasTimeout = timeoutConfig?.inProgressTimeoutInMinutes !== undefined;
  return {
    targetSelection: "SNAPSHOT" as const,
    description,
    jobExecutionsRolloutConfig,
    abortConfig,
    jobExecutionsRetryConfig,
    ...(presignedUrlConfig?.roleArn && { presignedUrlConfig }),
    ...(hasTimeout && { timeoutConfig }),
  };
}

/** `fw` becomes `fw-r2`, `fw-r2` becomes `fw-r3`. */
function nextId(jobId: string): string {
  const [, base = jobId, number = "1"] = /^(.*)-r([1-9]\d?)$/.exec(jobId) ?? [];
  return `${base.slice(0, 60)}-r${Number(number) + 1}`;
}
