import { CancelJobCommand } from "@aws-sdk/client-iot";
import { print } from "../../command-line/command.ts";
import { CommandFailed } from "../../command-line/command-failed.ts";
import { asked, awsClients, awsCommand } from "../aws/clients.ts";
import { newestExecutions } from "../aws/executions.ts";
import { jobName } from "../aws/names.ts";
import { examples } from "../examples.ts";
import { describeJob } from "../jobs/known-job.ts";
import { PAUSED } from "../jobs/paused.ts";
import { isUnderWay } from "../watch/progress.ts";

export const pause = awsCommand("pause")
  .summary("let no more trackers begin a job; fota resume goes on with the rest")
  .description(
    "AWS IoT cannot pause a job. This cancels it (without force, with the reason FOTA_PAUSED): trackers in " +
      "progress go on to their end, the others do not begin. fota resume makes a NEW job for those. A " +
      "continuous job is refused, for what joins its group in between would be forgotten.",
  )
  .argument("<JOB>", "as fota deploy called it", jobName)
  .option("--json", "one JSON object: {jobId, inProgress}")
  .addHelpText("after", examples("fota pause fw-1-0-1-20261128T101650Z"))
  .action(async (jobId, options) => {
    const { iot } = awsClients(options);
    const { targetSelection } = await describeJob(iot, jobId);
    if (targetSelection === "CONTINUOUS") {
      throw new CommandFailed(`${jobId} is continuous and cannot be paused; fota abort ends it`);
    }
    const comment = "paused by fota pause; fota resume makes a new job for the rest";
    const cancel = new CancelJobCommand({ jobId, reasonCode: PAUSED, comment });
    await asked(`job ${jobId}`, iot.send(cancel));
    const states = [...(await newestExecutions(iot, jobId)).values()];
    const inProgress = states.filter(isUnderWay).length;
    const told = `${jobId}: canceled, to be resumed; ${inProgress} in progress go on\n`;
    print(options.json ? `${JSON.stringify({ jobId, inProgress })}\n` : told);
  });
