import type { Registry } from "../registry/registry.ts";
import type { Shadows } from "../registry/shadows.ts";
import { invalidRequest } from "../serviceError.ts";
import { type Call, pathPart, type Route, route } from "./route.ts";

/** The data plane of AWS IoT over HTTP: shadows (AWS IoT API Reference, "AWS IoT Data"). */
export function dataRoutes(shadows: Shadows, registry: Registry): readonly Route[] {
  const path = "/things/{thingName}/shadow";
  const thing = (call: Call) => registry.thing(pathPart(call, "thingName")).thingName;
  return [
    route("GET", path, (call) => shadows.get(thing(call), shadowName(call))),
    route("POST", path, (call) => shadows.update(thing(call), shadowName(call), call.body)),
    route("DELETE", path, (call) => shadows.delete(thing(call), shadowName(call))),
  ];
}

function shadowName({ query }: Call): string {
  const name = query.get("name");
  if (name === null) return "";
  if (/^[$a-zA-Z0-9:_-]{1,64}$/.test(name)) return name;
  throw invalidRequest(`shadowName ${name} is not [$a-zA-Z0-9:_-]{1,64}`);
}
