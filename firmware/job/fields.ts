/** A JSON object that we wrote ourselves: nothing is known of its fields yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Not Object.hasOwn, which is newer than some engines. */
const hasOwn = Object.prototype.hasOwnProperty;

/** The object's own field: what stands on a prototype was not in the JSON. */
export function ownField(object: JsonObject, name: string): unknown {
  return hasOwn.call(object, name) ? object[name] : undefined;
}
