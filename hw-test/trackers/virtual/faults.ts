import { UsageError } from "../../../tools/command-line/usage-error.ts";

/**
 * A fault that a run injects, as `--fault SPEC` names it (docs/command-line.md).
 * The n-th operation, request or message counts from 1. `byte` is an offset from 0 into all the
 * bytes that connections to the file server have brought the tracker so far, HTTP heads included.
 */
export type Fault =
  /** Power is cut before the n-th flash operation, or half-way through it if `torn`. */
  | { readonly kind: "power"; readonly operation: number; readonly torn: boolean }
  /** The connection breaks before this byte, the file server goes silent, a bit of it flips. */
  | { readonly kind: "drop" | "stall" | "corrupt"; readonly byte: number }
  /** The file server answers its n-th request with this status, 200 to 599. */
  | { readonly kind: "http"; readonly status: number; readonly request: number }
  /** It answers 200 with the whole file, or shows another ETag, from its n-th request. */
  | { readonly kind: "range-ignored" | "etag-change"; readonly request: number }
  /** The broker drops the connection instead of delivering its n-th message. */
  | { readonly kind: "mqtt-drop"; readonly message: number }
  /** The job is cancelled when the download has come this far. */
  | { readonly kind: "cancel"; readonly byte: number }
  /** What is wrong with the new image itself. */
  | { readonly kind: "bad-image" | "crash-at-boot" | "no-cloud-after-swap" };

export type FaultKind = Fault["kind"];
/** The member of the union that has this kind, narrowed to it. */
export type FaultOf<Kind extends FaultKind, Each = Fault> = Each extends { kind: FaultKind }
  ? Kind extends Each["kind"]
    ? Each & { readonly kind: Kind }
    : never
  : never;

export const FAULT_FORMS = Object.freeze([
  "power@flash:N[:torn]",
  "drop@byte:N",
  "stall@byte:N",
  "corrupt@byte:N",
  "http:STATUS@request:N",
  "range-ignored@request:N",
  "etag-change@request:N",
  "mqtt-drop@message:N",
  "cancel@byte:N",
  "bad-image",
  "crash-at-boot",
  "no-cloud-after-swap",
]);

/** `name[:argument]` then `[@unit:count[:modifier]]`; what fits together is checked by kind. */
const FORM = /^([a-z-]+)(?::([^:@]+))?(?:@([a-z]+):([^:@]+)(?::([^:@]+))?)?$/;

interface Parts {
  readonly spec: string;
  readonly argument: string | undefined;
  readonly unit: string | undefined;
  readonly count: string | undefined;
  readonly modifier: string | undefined;
}

/** @throws UsageError that names the spec, what is wrong with it and the forms there are */
export function parseFault(spec: string): Fault {
  const match = FORM.exec(spec);
  if (match === null) throw badSpec(spec, "it has none of the known forms");
  const [, kind, argument, unit, count, modifier] = match;
  const parts: Parts = { spec, argument, unit, count, modifier };
  if (argument !== undefined && kind !== "http") throw badSpec(spec, `"${argument}" is too much`);
  if (modifier !== undefined && kind !== "power") throw badSpec(spec, `"${modifier}" is too much`);
  switch (kind) {
    case "power":
      return { kind, operation: readCount(parts, "flash"), torn: readTorn(parts) };
    case "drop":
    case "stall":
    case "corrupt":
    case "cancel":
      return { kind, byte: readCount(parts, "byte") };
    case "http":
      return { kind, status: readStatus(parts), request: readCount(parts, "request") };
    case "range-ignored":
    case "etag-change":
      return { kind, request: readCount(parts, "request") };
    case "mqtt-drop":
      return { kind, message: readCount(parts, "message") };
    case "bad-image":
    case "crash-at-boot":
    case "no-cloud-after-swap":
      if (unit !== undefined) throw badSpec(spec, `${kind} takes no "@"`);
      return { kind };
    default:
      throw badSpec(spec, `there is no fault "${kind}"`);
  }
}

/** The faults of one kind, in the order given. */
export function faultsOf<Kind extends FaultKind>(
  faults: readonly Fault[],
  kind: Kind,
): FaultOf<Kind>[] {
  return faults.filter((fault): fault is FaultOf<Kind> => fault.kind === kind);
}

function readCount({ spec, unit, count }: Parts, expectedUnit: string): number {
  if (unit !== expectedUnit) throw badSpec(spec, `it needs "@${expectedUnit}:N"`);
  const least = unit === "byte" ? 0 : 1;
  const value = /^\d{1,9}$/.test(count ?? "") ? Number(count) : Number.NaN;
  if (!(value >= least)) throw badSpec(spec, `"${count}" is not a whole number from ${least}`);
  return value;
}

function readTorn({ spec, modifier }: Parts): boolean {
  if (modifier !== undefined && modifier !== "torn") throw badSpec(spec, `"${modifier}"?`);
  return modifier === "torn";
}

function readStatus({ spec, argument }: Parts): number {
  if (!/^[2-5]\d\d$/.test(argument ?? "")) {
    throw badSpec(spec, "STATUS is an HTTP status from 200 to 599");
  }
  return Number(argument);
}

function badSpec(spec: string, problem: string): UsageError {
  return new UsageError(`--fault ${spec}: ${problem}; known: ${FAULT_FORMS.join(", ")}`);
}
