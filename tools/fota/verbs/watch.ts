import { setTimeout as sleep } from "node:timers/promises";
import { CommandFailed } from "../../command-line/command-failed.ts";
import { wholeNumber } from "../../command-line/values.ts";
import { awsClients, awsCommand } from "../aws/clients.ts";
import { jobName } from "../aws/names.ts";
import { examples } from "../examples.ts";
import { JsonLines, Lines, LiveTable } from "../watch/display.ts";
import { JobWatch } from "../watch/job-watch.ts";
import { totalsText } from "../watch/table.ts";

export const watch = awsCommand("watch")
  .summary("watch a job on all its trackers, to its end")
  .description(
    "Shows a job live: on a terminal as a table, the worst trackers first; in a pipe as lines. It ends by " +
      "itself, with exit code 0 if all trackers have SUCCEEDED. Ctrl-C ends the watching, not the job.",
  )
  .argument("<JOB>", "as fota deploy called it", jobName)
  .option("--interval <S>", "seconds between two looks", wholeNumber({ least: 1, most: 3600 }), 2)
  .option("--once", "one look; exit code 0 means no more than that it worked")
  .option(
    "--json",
    "a JSON object a line: {thing, status, details, …} for a change, {job, status, totals, …}",
  )
  .addHelpText(
    "after",
    examples(
      "fota watch fw-1-0-1-20261128T101650Z",
      "fota watch fw-1-0-1-20261128T101650Z --json --interval 10 >> rollout.jsonl",
    ),
  )
  .action(async (jobId, options) => {
    const { iot } = awsClients(options);
    const job = new JobWatch(iot, jobId);
    const lines = process.stdout.isTTY ? new LiveTable() : new Lines();
    const display = options.json ? new JsonLines() : lines;
    for (;;) {
      const changed = await job.poll(display.detailsMax);
      display.show(job, changed);
      if (options.once) return;
      if (job.isOver()) break;
      await sleep(options.interval * 1000);
    }
    if (!job.haveAllSucceeded()) {
      throw new CommandFailed(`${jobId} is ${job.job?.status}: ${totalsText(job)}`);
    }
  });
