import {
  AddThingToThingGroupCommand,
  CreateThingGroupCommand,
  type IoTClient,
  paginateListThingsInThingGroup,
} from "@aws-sdk/client-iot";
import { asked } from "../aws/clients.ts";

/** A job has at most so many targets (AWS General Reference). */
const TARGETS_MAX = 100;
const PAGE_ITEMS = 250;

/** The things that a job's targets stand for now. @throws CommandFailed */
export async function thingsOf(client: IoTClient, arns: readonly string[]): Promise<Set<string>> {
  const things = new Set<string>();
  for (const arn of arns) {
    const [, kind, name = ""] = /:(thing|thinggroup)\/(.+)$/.exec(arn) ?? [];
    if (kind === "thing") things.add(name);
    else for (const one of await membersOf(client, name)) things.add(one);
  }
  return things;
}

function membersOf(client: IoTClient, thingGroupName: string): Promise<string[]> {
  const input = { thingGroupName, recursive: true };
  const pages = paginateListThingsInThingGroup({ client, pageSize: PAGE_ITEMS }, input);
  const read = async (): Promise<string[]> => {
    const members: string[] = [];
    for await (const { things = [] } of pages) members.push(...things);
    return members;
  };
  return asked(`things of group ${thingGroupName}`, read());
}

/**
 * Targets of a job for these things: themselves, or a group that is made for them where they are more
 * than a job has room for.
 * @param arn of any of the account's things
 * @throws CommandFailed
 */
export async function targetsFor(
  iot: IoTClient,
  things: readonly string[],
  { groupName, arn }: { readonly groupName: string; readonly arn: string },
): Promise<string[]> {
  const prefix = arn.replace(/:(thing|thinggroup)\/.*$/, "");
  if (things.length <= TARGETS_MAX) return things.map((name) => `${prefix}:thing/${name}`);
  const create = new CreateThingGroupCommand({ thingGroupName: groupName });
  const { thingGroupArn = "" } = await asked(`group ${groupName}`, iot.send(create));
  for (const thingName of things) {
    const add = new AddThingToThingGroupCommand({ thingGroupName: groupName, thingName });
    await asked(`${thingName} into group ${groupName}`, iot.send(add));
  }
  return [thingGroupArn];
}
