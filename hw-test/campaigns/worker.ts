import { campaignNamed } from "./campaigns.ts";
import type { Answer, Order } from "./processes.ts";
import { runShard } from "./run-shard.ts";

/** A process of processes.ts: one order, one answer. */
process.once("message", async (message) => {
  const { campaign: name, scope } = message as Order;
  const campaign = campaignNamed(name);
  if (campaign === undefined) throw new Error(`no campaign ${name}`);
  const { cases, cuts, states, failures } = await runShard(campaign, scope);
  const answer: Answer = { cases, cuts, states: [...states], failures };
  process.send?.(answer, () => process.disconnect());
});
