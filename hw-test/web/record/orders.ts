/** What people do to a run from its page: the buttons there, and what its server takes. */

export interface OrderForm {
  readonly label: string;
  /** Takes one of these, or a whole number from 0 to 1000; nothing if left out. */
  readonly values?: readonly string[] | "permille";
}

export const orderForms = {
  "cut-power": { label: "Cut power now" },
  "cut-power-next": { label: "Cut power in the next flash operation" },
  reset: { label: "Press reset" },
  "drop-broker": { label: "Drop the broker" },
  "stall-broker": { label: "Stall the broker" },
  "drop-files": { label: "Drop the download" },
  "stall-files": { label: "Stall the download" },
  "cancel-job": { label: "Cancel the job" },
  "bad-image": { label: "Send a bad image" },
  link: { label: "Link", values: ["none", "lte-m", "nb-iot", "lossy"] },
  battery: { label: "Battery", values: "permille" },
  signal: { label: "Signal", values: "permille" },
} as const satisfies Readonly<Record<string, OrderForm>>;

export type OrderName = keyof typeof orderForms;

export interface Order {
  readonly name: OrderName;
  /** Empty where the order takes none. */
  readonly value: string;
}

/** @throws RangeError, in words for people, for JSON that is no order */
export function parseOrder(json: string): Order {
  const { name, value = "" } = fieldsOf(json);
  if (!isOrderName(name)) throw new RangeError(`there is no order ${JSON.stringify(name)}`);
  const { values }: OrderForm = orderForms[name];
  if (typeof value !== "string" || !mayBe(value, values)) {
    throw new RangeError(`${name}: the value ${JSON.stringify(value)}`);
  }
  return { name, value };
}

function isOrderName(name: unknown): name is OrderName {
  return typeof name === "string" && Object.hasOwn(orderForms, name);
}

function mayBe(value: string, values: OrderForm["values"]): boolean {
  if (values === undefined) return value === "";
  if (values === "permille") return /^\d{1,4}$/.test(value) && Number(value) <= 1000;
  return values.includes(value);
}

function fieldsOf(json: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(json);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
  } catch (error) {
    if (error instanceof SyntaxError) throw new RangeError("no JSON");
    throw error;
  }
}
