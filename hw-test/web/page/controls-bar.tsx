import { useState } from "preact/hooks";
import { type OrderForm, type OrderName, orderForms } from "../record/orders.ts";
import type { Feed } from "./feed.ts";

interface Props {
  readonly feed: Feed;
  /** A run is under way: there is something to lay hands on. */
  readonly isOn: boolean;
}

/** What a person does to the tracker, its links and its job. */
export function ControlsBar({ feed, isOn }: Props) {
  const [said, setSaid] = useState("");
  const give = async (name: OrderName, value = ""): Promise<void> => {
    const { label } = orderForms[name];
    const what = value === "" ? label : `${label} ${value}`;
    setSaid(`${what} …`);
    const problem = await feed.order(name, value);
    setSaid(problem === undefined ? `${what}: done` : `${what}: ${problem}`);
  };
  return (
    <section aria-labelledby="controls-title" class="controls">
      <h2 id="controls-title">Controls</h2>
      <fieldset disabled={!isOn}>
        {(Object.keys(orderForms) as OrderName[]).map((name) => (
          <Control key={name} name={name} give={(value) => void give(name, value)} />
        ))}
      </fieldset>
      <p role="status" class="detail" id="said">
        {said || " "}
      </p>
    </section>
  );
}

interface ControlProps {
  readonly name: OrderName;
  readonly give: (value?: string) => void;
}

function Control({ name, give }: ControlProps) {
  const { label, values }: OrderForm = orderForms[name];
  if (values === undefined) {
    return (
      <button type="button" id={name} onClick={() => give()}>
        {label}
      </button>
    );
  }
  return (
    <label htmlFor={name}>
      {label}{" "}
      {values === "permille" ? (
        <input
          id={name}
          type="range"
          min={0}
          max={1000}
          step={50}
          onChange={({ currentTarget }) => give(currentTarget.value)}
        />
      ) : (
        <select id={name} onChange={({ currentTarget }) => give(currentTarget.value)}>
          {values.map((value) => (
            <option key={value}>{value}</option>
          ))}
        </select>
      )}
    </label>
  );
}
