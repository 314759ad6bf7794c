import { objectField, stringField, stringMapField } from "../json.ts";
import type { Names } from "../names.ts";
import type { Registry } from "../registry/registry.ts";
import { invalidRequest } from "../serviceError.ts";
import { checkQuery } from "./filters.ts";
import { page } from "./page.ts";
import { type Call, pathPart, type Route, route } from "./route.ts";

/** Things, thing groups and DescribeEndpoint (AWS IoT API Reference). */
export function registryRoutes(registry: Registry, names: Names): readonly Route[] {
  return [
    route("GET", "/endpoint", (call) => ({ endpointAddress: endpoint(call, names) })),
    route("POST", "/things/{thingName}", (call) => {
      const payload = objectField(call.body, "attributePayload") ?? {};
      const attributes = stringMapField(payload, "attributes") ?? {};
      const thing = registry.createThing(pathPart(call, "thingName"), attributes);
      const { thingName, thingArn, thingId } = thing;
      return { thingName, thingArn, thingId };
    }),
    route("GET", "/things", (call) => {
      checkQuery(call, ["attributeName", "attributeValue"], "ListThings");
      const name = call.query.get("attributeName");
      const value = call.query.get("attributeValue");
      const things = registry
        .allThings()
        .filter(({ attributes }) => name === null || attributes[name] !== undefined)
        .filter(({ attributes }) => name === null || value === null || attributes[name] === value)
        .map((thing) => ({ ...thing }));
      return page(call, "things", things);
    }),
    route("GET", "/things/{thingName}", (call) => {
      const thing = registry.thing(pathPart(call, "thingName"));
      return { ...thing, defaultClientId: thing.thingName };
    }),
    route("DELETE", "/things/{thingName}", (call) => {
      registry.deleteThing(pathPart(call, "thingName"));
      return {};
    }),
    ...groupRoutes(registry),
  ];
}

function groupRoutes(registry: Registry): readonly Route[] {
  return [
    route("PUT", "/thing-groups/addThingToThingGroup", (call) => {
      registry.addToGroup(needed(call, "thingGroupName"), needed(call, "thingName"));
      return {};
    }),
    route("PUT", "/thing-groups/removeThingFromThingGroup", (call) => {
      registry.removeFromGroup(needed(call, "thingGroupName"), needed(call, "thingName"));
      return {};
    }),
    route("GET", "/thing-groups", (call) => {
      checkQuery(call, ["namePrefixFilter"], "ListThingGroups");
      const prefix = call.query.get("namePrefixFilter") ?? "";
      const groups = registry.allGroups().filter(({ groupName }) => groupName.startsWith(prefix));
      const list = groups.map(({ groupName, groupArn }) => ({ groupName, groupArn }));
      return page(call, "thingGroups", list);
    }),
    route("POST", "/thing-groups/{name}", (call) => {
      const group = registry.createGroup(pathPart(call, "name"));
      const { groupName, groupArn, groupId } = group;
      return { thingGroupName: groupName, thingGroupArn: groupArn, thingGroupId: groupId };
    }),
    route("GET", "/thing-groups/{name}", (call) => {
      const { groupName, groupArn, groupId } = registry.group(pathPart(call, "name"));
      return {
        thingGroupName: groupName,
        thingGroupArn: groupArn,
        thingGroupId: groupId,
        version: 1,
      };
    }),
    route("DELETE", "/thing-groups/{name}", (call) => {
      registry.deleteGroup(pathPart(call, "name"));
      return {};
    }),
    route("GET", "/thing-groups/{name}/things", (call) =>
      page(call, "things", [...registry.group(pathPart(call, "name")).members]),
    ),
  ];
}

function needed(call: Call, name: string): string {
  const value = stringField(call.body, name);
  if (value === undefined) throw invalidRequest(`${name} is missing`);
  return value;
}

function endpoint(call: Call, names: Names): string {
  const type = call.query.get("endpointType") ?? "iot:Data";
  if (type === "iot:Data-ATS" || type === "iot:Data") return names.brokerHostName;
  if (type === "iot:Jobs") {
    // Captured from the live service in September 2026.
    throw invalidRequest("endpointType iot:Jobs is not supported any more; use iot:Data-ATS");
  }
  throw invalidRequest(`endpointType ${type} is not served here`);
}
