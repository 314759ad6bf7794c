import {
  type IoTClient,
  paginateListThings,
  paginateListThingsInThingGroup,
} from "@aws-sdk/client-iot";
import {
  GetThingShadowCommand,
  type IoTDataPlaneClient,
  ResourceNotFoundException,
} from "@aws-sdk/client-iot-data-plane";
import { type Tracker, trackerOf } from "./tracker.ts";

/** Shadows asked for at once. */
const AT_ONCE = 16;

/** Names of the things of a group, those of its groups too; of all things if none is given. */
export async function thingsOf(iot: IoTClient, group: string | undefined): Promise<string[]> {
  const names: string[] = [];
  if (group === undefined) {
    for await (const { things = [] } of paginateListThings({ client: iot }, {})) {
      for (const { thingName } of things) if (thingName !== undefined) names.push(thingName);
    }
    return names;
  }
  const pages = paginateListThingsInThingGroup(
    { client: iot },
    { thingGroupName: group, recursive: true },
  );
  for await (const { things = [] } of pages) names.push(...things);
  return names;
}

/** What each has told its classic shadow, in the order of the names. */
export async function trackersOf(
  data: IoTDataPlaneClient,
  things: readonly string[],
): Promise<Tracker[]> {
  const trackers: Tracker[] = [];
  let next = 0;
  const worker = async () => {
    while (next < things.length) {
      const index = next;
      next += 1;
      const thing = things[index] as string;
      trackers[index] = trackerOf(thing, await shadowOf(data, thing));
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, things.length) }, worker));
  return trackers;
}

/** @returns undefined if there is no shadow, or one that is no JSON */
async function shadowOf(data: IoTDataPlaneClient, thingName: string): Promise<unknown> {
  try {
    const { payload } = await data.send(new GetThingShadowCommand({ thingName }));
    return JSON.parse(Buffer.from(payload ?? []).toString("utf8"));
  } catch (error) {
    if (error instanceof ResourceNotFoundException || error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}
