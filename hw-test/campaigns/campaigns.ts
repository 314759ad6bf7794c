import { bitsCampaign } from "./bits.ts";
import type { Campaign } from "./campaign.ts";
import { inputCampaign } from "./input.ts";
import { jobsCampaign } from "./jobs.ts";
import { linkCampaign } from "./link.ts";
import { messagesCampaign } from "./messages.ts";
import { powerCampaign, tornCampaign } from "./power.ts";

/** In the order in which `all` runs them. */
export const campaigns: readonly Campaign[] = [
  powerCampaign,
  tornCampaign,
  linkCampaign,
  jobsCampaign,
  bitsCampaign,
  inputCampaign,
  messagesCampaign,
];

export function campaignNamed(name: string): Campaign | undefined {
  return campaigns.find((campaign) => campaign.name === name);
}
