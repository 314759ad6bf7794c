import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** As far as a request is checked by it. Lengths are of characters, pairs or elements. */
export interface Shape {
  readonly type: string;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, Member>>;
  /** Of a list. */
  readonly member?: Member;
  /** Of a map. */
  readonly key?: Member;
  readonly value?: Member;
}

export interface Member {
  readonly shape: string;
  readonly location?: "uri" | "querystring" | "header" | "headers";
  readonly locationName?: string;
}

export interface ModelOperation {
  readonly http: { readonly method: string; readonly requestUri: string };
  readonly input?: { readonly shape: string };
}

/** The parts of Amazon's `service-2.json` that are used here. */
export interface ServiceModel {
  readonly operations: Readonly<Record<string, ModelOperation>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** The newest model of a service. @param data botocore's folder of that name */
export function serviceModel(data: string, service: string): ServiceModel {
  const versions = readdirSync(join(data, service)).sort();
  const file = join(data, service, versions.at(-1) ?? "", "service-2.json");
  const bytes = existsSync(file) ? readFileSync(file) : gunzipSync(readFileSync(`${file}.gz`));
  return JSON.parse(bytes.toString("utf8")) as ServiceModel;
}

const shapeFields = ["type", "min", "max", "pattern", "enum", "required"] as const;

/** Some operations, and the shapes that they need. Those the model does not have are left out. */
export function reduced(model: ServiceModel, operations: readonly string[]): ServiceModel {
  const shapes: Record<string, Shape> = {};
  const take = (name: string): void => {
    const shape = model.shapes[name];
    if (shape === undefined || shapes[name] !== undefined) return;
    const { members, member, key, value } = shape;
    shapes[name] = {
      ...(picked(shape, shapeFields) as unknown as Shape),
      ...(members && {
        members: Object.fromEntries(
          Object.entries(members).map(([name, one]) => [name, reducedMember(one)]),
        ),
      }),
      ...(member && { member: reducedMember(member) }),
      ...(key && { key: reducedMember(key) }),
      ...(value && { value: reducedMember(value) }),
    };
    for (const one of [...Object.values(members ?? {}), member, key, value]) {
      if (one !== undefined) take(one.shape);
    }
  };
  const taken = operations.flatMap((name) => {
    const operation = model.operations[name];
    if (operation === undefined) return [];
    const { http, input } = operation;
    if (input !== undefined) take(input.shape);
    const { method, requestUri } = http;
    const reducedInput = input && { input: { shape: input.shape } };
    return [[name, { http: { method, requestUri }, ...reducedInput }] as const];
  });
  return { operations: Object.fromEntries(taken), shapes };
}

function reducedMember(member: Member): Member {
  return picked(member, ["shape", "location", "locationName"]) as unknown as Member;
}

function picked<T extends object>(from: T, names: readonly (keyof T)[]): Partial<T> {
  const present = names.filter((name) => from[name] !== undefined);
  return Object.fromEntries(present.map((name) => [name, from[name]])) as Partial<T>;
}
