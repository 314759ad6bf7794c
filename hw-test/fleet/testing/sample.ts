import { linkProfiles } from "../../trackers/link-profile.ts";
import type { Figures } from "../figures.ts";
import type { Order } from "../order.ts";
import { runFleet } from "../scenario.ts";

/** A thousand trackers on LTE-M with the smallest slots, and what is asked for. */
export function runSample(order: Partial<Order>): Figures {
  const profile = linkProfiles["lte-m"];
  return runFleet({ trackers: 1000, profile, release: "good", map: "p512w4", ...order });
}
