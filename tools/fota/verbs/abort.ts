import { CancelJobCommand } from "@aws-sdk/client-iot";
import { print } from "../../command-line/command.ts";
import { asked, awsClients, awsCommand } from "../aws/clients.ts";
import { jobName } from "../aws/names.ts";
import { examples } from "../examples.ts";

export const abort = awsCommand("abort")
  .summary("cancel a job")
  .description(
    "Cancels a job (CancelJob): no tracker begins it any more. Those in progress go on, unless --force; " +
      "then they stop when they hear of it, and those that try the new image out go back to the old one. " +
      "Those that have SUCCEEDED stay as they are: fota rollback is for them.",
  )
  .argument("<JOB>", "as fota deploy called it", jobName)
  .option("--force", "cancel it on the trackers in progress, too")
  .option("--comment <TEXT>", "why, for people")
  .option("--json", "one JSON object: {jobId, forced}")
  .addHelpText(
    "after",
    examples("fota abort fw-1-0-1-20261128T101650Z", 'fota abort fw-1-0-1 --force --comment "bad"'),
  )
  .action(async (jobId, options) => {
    const { force = false, comment, json } = options;
    const { iot } = awsClients(options);
    const cancel = new CancelJobCommand({ jobId, force, ...(comment && { comment }) });
    await asked(`job ${jobId}`, iot.send(cancel));
    const told = force
      ? "canceled, on trackers in progress too"
      : "canceled; those in progress go on";
    print(json ? `${JSON.stringify({ jobId, forced: force })}\n` : `${jobId}: ${told}\n`);
  });
