import {
  DescribeThingCommand,
  DescribeThingGroupCommand,
  type IoTClient,
} from "@aws-sdk/client-iot";
import { UsageError } from "../../command-line/usage-error.ts";
import { asked } from "../aws/clients.ts";

/** Whom a job is for. */
export interface Targets {
  readonly things: readonly string[];
  readonly groups: readonly string[];
}

/** @throws UsageError: nobody */
export function requireTargets({ things, groups }: Targets): void {
  if (things.length + groups.length === 0)
    throw new UsageError("for whom? --thing or --group NAME");
}

/** Their ARNs, as AWS knows them. @throws CommandFailed */
export async function targetArns(iot: IoTClient, { things, groups }: Targets): Promise<string[]> {
  const arns: string[] = [];
  for (const thingName of things) {
    const call = iot.send(new DescribeThingCommand({ thingName }));
    const { thingArn } = await asked(`thing ${thingName}`, call);
    arns.push(thingArn ?? "");
  }
  for (const thingGroupName of groups) {
    const call = iot.send(new DescribeThingGroupCommand({ thingGroupName }));
    const { thingGroupArn } = await asked(`group ${thingGroupName}`, call);
    arns.push(thingGroupArn ?? "");
  }
  return arns;
}
