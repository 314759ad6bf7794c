import {
  DescribeJobCommand,
  GetJobDocumentCommand,
  type IoTClient,
  type Job,
} from "@aws-sdk/client-iot";
import { CommandFailed } from "../../command-line/command-failed.ts";
import { asked } from "../aws/clients.ts";

/** @throws CommandFailed */
export async function describeJob(iot: IoTClient, jobId: string): Promise<Job> {
  const { job } = await asked(`job ${jobId}`, iot.send(new DescribeJobCommand({ jobId })));
  if (job === undefined) throw new CommandFailed(`job ${jobId}: AWS tells nothing of it`);
  return job;
}

/** As it was given to CreateJob. @throws CommandFailed */
export async function documentOf(iot: IoTClient, jobId: string): Promise<string> {
  const call = iot.send(new GetJobDocumentCommand({ jobId }));
  const { document } = await asked(`document of ${jobId}`, call);
  return document ?? "";
}
