import { linkProfiles } from "../trackers/link-profile.ts";
import type { VirtualTracker } from "../trackers/virtual/tracker.ts";
import type { Order, OrderName } from "../web/record/orders.ts";
import type { RunRecord } from "../web/record/run-record.ts";

/** What people may lay hands on while it runs. */
export interface ControlledRun {
  readonly tracker: VirtualTracker;
  readonly record: RunRecord;
  cancelJob(): Promise<void>;
  /** One more job, whose file is damaged. */
  sendBadImage(): Promise<void>;
}

type Act = (run: ControlledRun, value: string) => void | Promise<void>;

const acts: Readonly<Record<OrderName, Act>> = {
  "cut-power": async ({ tracker }) => {
    await tracker.cutPower();
    await tracker.powerOn();
  },
  "cut-power-next": ({ tracker }) => {
    tracker.cutPowerAt({ operation: tracker.flashOperations + 1, when: "inside" });
  },
  reset: ({ tracker }) => tracker.reset(),
  "drop-broker": ({ tracker }) => tracker.breakConnections("broker", "drop"),
  "stall-broker": ({ tracker }) => tracker.breakConnections("broker", "stall"),
  "drop-files": ({ tracker }) => tracker.breakConnections("files", "drop"),
  "stall-files": ({ tracker }) => tracker.breakConnections("files", "stall"),
  "cancel-job": (run) => run.cancelJob(),
  "bad-image": (run) => run.sendBadImage(),
  link: setLink,
  battery: ({ tracker }, value) => tracker.setInput("battery", Number(value)),
  signal: ({ tracker }, value) => tracker.setInput("signal", Number(value)),
};

/** Does what the page's buttons say, one after another. */
export class Controls {
  private readonly run: ControlledRun;
  private last: Promise<void> = Promise.resolve();

  constructor(run: ControlledRun) {
    this.run = run;
  }

  /** @throws an Error if the tracker or the cloud cannot do it now */
  act(order: Order): Promise<void> {
    const done = this.last.then(async () => {
      this.run.record.add({ kind: "order", ...order });
      await acts[order.name](this.run, order.value);
    });
    this.last = done.catch(() => undefined);
    return done;
  }
}

function setLink({ tracker, record }: ControlledRun, value: string): void {
  const profile = Object.values(linkProfiles).find(({ name }) => name === value);
  if (profile === undefined) throw new RangeError(`link ${value}`);
  tracker.setLink(profile);
  const { name, bitsPerSecond } = profile;
  record.add({ kind: "link", name, ...(Number.isFinite(bitsPerSecond) && { bitsPerSecond }) });
}
