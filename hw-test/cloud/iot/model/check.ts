import { readFileSync } from "node:fs";
import { isObject, type Json, type JsonObject } from "../../json.ts";
import { invalidRequest } from "../../serviceError.ts";
import type { Call, Route } from "../route.ts";
import type { ServiceName } from "./served.ts";
import type { Member, ModelOperation, ServiceModel, Shape } from "./serviceModel.ts";

const models = JSON.parse(
  readFileSync(new URL("service-models.json", import.meta.url), "utf8"),
) as Readonly<Record<ServiceName, ServiceModel>>;

const numbers = ["integer", "long", "float", "double"];

/** Holds requests to what Amazon's model of a service says: types, enumerations, bounds, patterns. */
export class RequestCheck {
  private readonly model: ServiceModel;
  /** By method and path, names left out. */
  private readonly operations: ReadonlyMap<string, ModelOperation>;

  constructor(service: ServiceName) {
    this.model = models[service];
    const named = Object.values(this.model.operations).map(
      (operation) => [keyOf(operation.http.method, operation.http.requestUri), operation] as const,
    );
    this.operations = new Map(named);
  }

  /** @throws ServiceError: InvalidRequest, which says what is wrong with which field */
  check({ method, pattern }: Pick<Route, "method" | "pattern">, call: Call): void {
    const operation = this.operations.get(keyOf(method, pattern));
    const input = operation?.input && this.model.shapes[operation.input.shape];
    if (operation === undefined || input === undefined) return;
    const uriNames = [...operation.http.requestUri.matchAll(/\{([^}+]+)\+?\}/g)].map(
      ([, name]) => name,
    );
    // A route calls the parts of its path by other names, in the same order.
    const parts = Object.values(call.path);
    const uri = Object.fromEntries(uriNames.map((name, index) => [name, parts[index]]));
    for (const [name, member] of Object.entries(input.members ?? {})) {
      const value = fieldOf(name, member, call, uri) ?? undefined;
      if (value !== undefined) this.checkValue(member.shape, value, name);
      else if (input.required?.includes(name) && member.location === undefined) {
        if (!isPayload(member, this.model)) throw invalidRequest(`${name} is missing`);
      }
    }
  }

  private checkValue(shapeName: string, value: Json, path: string): void {
    const shape = this.model.shapes[shapeName];
    if (shape === undefined) return;
    if (shape.type === "string") checkString(shape, value, path);
    else if (numbers.includes(shape.type)) checkNumber(shape, value, path);
    else if (shape.type === "list") this.checkList(shape, value, path);
    else if (shape.type === "map") this.checkMap(shape, value, path);
    else if (shape.type === "structure") this.checkStructure(shape, value, path);
  }

  private checkStructure(shape: Shape, value: Json, path: string): void {
    if (!isObject(value)) throw invalidRequest(`${path} must be an object`);
    for (const [name, member] of Object.entries(shape.members ?? {})) {
      const field = value[member.locationName ?? name] ?? undefined;
      if (field !== undefined) this.checkValue(member.shape, field, `${path}.${name}`);
      else if (shape.required?.includes(name)) throw invalidRequest(`${path}.${name} is missing`);
    }
  }

  private checkList(shape: Shape, value: Json, path: string): void {
    if (!Array.isArray(value)) throw invalidRequest(`${path} must be a list`);
    checkRange(shape, value.length, `the length of ${path}`);
    for (const [index, element] of value.entries()) {
      this.checkValue(shape.member?.shape ?? "", element, `${path}[${index}]`);
    }
  }

  private checkMap(shape: Shape, value: Json, path: string): void {
    if (!isObject(value)) throw invalidRequest(`${path} must be an object`);
    checkRange(shape, Object.keys(value).length, `the number of ${path}`);
    for (const [key, element] of Object.entries(value)) {
      this.checkValue(shape.key?.shape ?? "", key, `a key of ${path}`);
      this.checkValue(shape.value?.shape ?? "", element ?? null, `${path}.${key}`);
    }
  }
}

function keyOf(method: string, path: string): string {
  return `${method} ${path.replace(/\?.*/, "").replace(/\{[^}]*\}/g, "{}")}`;
}

function fieldOf(name: string, member: Member, call: Call, uri: JsonObject): Json | undefined {
  const { location, locationName = name } = member;
  switch (location) {
    case "uri":
      return uri[locationName];
    case "querystring":
      return call.query.get(locationName);
    case "header":
    case "headers":
      return call.header(locationName.toLowerCase());
    default:
      return call.body[locationName];
  }
}

/** The whole body, which has no name in it. */
function isPayload({ shape }: Member, { shapes }: ServiceModel): boolean {
  return shapes[shape]?.type === "blob";
}

function checkString(shape: Shape, value: Json, path: string): void {
  if (typeof value !== "string") throw invalidRequest(`${path} must be a string`);
  checkRange(shape, [...value].length, `the length of ${path},`);
  if (shape.enum !== undefined && !shape.enum.includes(value)) {
    throw invalidRequest(`${path} ${value} is not one of ${shape.enum.join(", ")}`);
  }
  if (shape.pattern === undefined || regularExpression(shape.pattern).test(value)) return;
  throw invalidRequest(`${path} ${value} is not ${shape.pattern}`);
}

/** Also one spelled as a string, as in a query; the live service takes that elsewhere, too. */
function checkNumber(shape: Shape, value: Json, path: string): void {
  const isSpelled = typeof value === "string" && /^-?\d+$/.test(value);
  const number = isSpelled ? Number(value) : value;
  const isWhole = shape.type === "integer" || shape.type === "long";
  if (typeof number !== "number" || (isWhole && !Number.isSafeInteger(number))) {
    throw invalidRequest(`${path} must be ${isWhole ? "an integer" : "a number"}`);
  }
  checkRange(shape, number, path);
}

function checkRange({ min, max }: Shape, number: number, what: string): void {
  if (number >= (min ?? Number.NEGATIVE_INFINITY) && number <= (max ?? Number.POSITIVE_INFINITY)) {
    return;
  }
  const bounds = max === undefined ? `at least ${min}` : `${min ?? 0} to ${max}`;
  throw invalidRequest(`${what} ${number} is not ${bounds}`);
}

/** Of Java, which Amazon's models are written for: its names of classes, and no possessive repetition. */
const javaParts: readonly (readonly [RegExp, string])[] = [
  [/\\p\{Graph\}/g, "\\x21-\\x7e"],
  [/\\p\{Print\}/g, "\\x20-\\x7e"],
  [/\\p\{Upper\}/g, "A-Z"],
  [/\\p\{Digit\}/g, "0-9"],
  [/\\p\{Alnum\}/g, "a-zA-Z0-9"],
  [/\*\+/g, "*"],
];

const compiled = new Map<string, RegExp>();

/** For a whole value. */
function regularExpression(pattern: string): RegExp {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const translated = javaParts.reduce((text, [from, to]) => text.replace(from, to), pattern);
  const made = new RegExp(`^(?:${translated})$`, "u");
  compiled.set(pattern, made);
  return made;
}
