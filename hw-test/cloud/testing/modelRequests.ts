import type { Member, Shape } from "../iot/model/serviceModel.ts";
import type { Json, JsonObject } from "../json.ts";

type Shapes = Readonly<Record<string, Shape>>;
type Path = readonly string[];

/** One field of a request, by where it lies, and what its shape says. */
export interface Field {
  readonly path: Path;
  readonly shape: Shape;
}

/** What is no structure, wherever it is in a request. */
export function fieldsOf(shape: Shape, shapes: Shapes, path: Path): Field[] {
  const into = (member: Member | undefined, name: string): Field[] => {
    const inner = shapes[member?.shape ?? ""];
    return inner === undefined ? [] : fieldsOf(inner, shapes, [...path, name]);
  };
  if (shape.type === "structure") {
    return Object.entries(shape.members ?? {}).flatMap(([name, member]) => into(member, name));
  }
  return [{ path, shape }];
}

/** A request, or a part of one, that has what is required. */
export function sample(shape: Shape, shapes: Shapes): JsonObject {
  const entries = Object.entries(shape.members ?? {}).flatMap(([name, member]) => {
    const inner = shapes[member.shape];
    if (inner === undefined || !shape.required?.includes(name) || inner.type === "blob") return [];
    return [[name, valueFor(inner, shapes)] as const];
  });
  return Object.fromEntries(entries);
}

function valueFor(shape: Shape, shapes: Shapes): Json {
  if (shape.type === "structure") return sample(shape, shapes);
  if (shape.type === "list") {
    const inner = shapes[shape.member?.shape ?? ""];
    return inner === undefined ? [] : [valueFor(inner, shapes)];
  }
  return allowed(shape)[0] ?? "a";
}

/** A character that a pattern allows: all of these models' patterns allow one of these. */
function letter({ pattern }: Shape): string {
  return pattern?.startsWith("[\\p{Upper}") ? "A" : "a";
}

/** Its shortest and its longest, its smallest and its largest, each of its names. */
export function allowed(shape: Shape): Json[] {
  const { type, min, max } = shape;
  if (type === "string") {
    if (shape.enum !== undefined) return [...shape.enum];
    if (shape.pattern?.startsWith("^arn:")) return [];
    const lengths = [Math.max(1, min ?? 1), ...(max === undefined ? [] : [Math.min(max, 20_000)])];
    return lengths.map((length) => letter(shape).repeat(length));
  }
  if (isNumber(type)) return [min ?? 1, ...(max === undefined ? [] : [max])];
  return type === "boolean" ? [true, false] : [];
}

export function forbidden(shape: Shape, location: Member["location"]): Json[] {
  const { type, min, max, pattern } = shape;
  const isBody = location === undefined;
  if (type === "string") {
    if (shape.enum !== undefined) return ["NO_SUCH_NAME"];
    return [
      // An empty part of a path is another path, and a header is not sent with every character.
      ...(isBody && (min ?? 0) > 0 ? [""] : []),
      ...(max === undefined || max > 20_000 ? [] : [letter(shape).repeat(max + 1)]),
      ...(pattern === undefined || pattern === "[\\s\\S]*" || location === "header"
        ? []
        : ["a\u0001"]),
      ...(isBody ? [7] : []),
    ];
  }
  const numbers = [min === undefined ? [] : [min - 1], max === undefined ? [] : [max + 1]].flat();
  if (isNumber(type)) return [...numbers, "many"];
  if (type === "list" && isBody) return [...((min ?? 0) > 0 ? [[]] : []), "no list"];
  if (type === "map") return ["no map"];
  return [];
}

function isNumber(type: string): boolean {
  return ["integer", "long", "float", "double"].includes(type);
}

/** @param shapes of a part that is not there yet, which gets what it requires */
export function withField(
  base: JsonObject,
  [name = "", ...rest]: Path,
  value: Json,
  { shape, shapes }: { readonly shape: Shape; readonly shapes: Shapes },
): JsonObject {
  const inner = shapes[shape.members?.[name]?.shape ?? ""];
  if (rest.length === 0 || inner === undefined) return { ...base, [name]: value };
  const part = (base[name] ?? sample(inner, shapes)) as JsonObject;
  return { ...base, [name]: withField(part, rest, value, { shape: inner, shapes }) };
}
