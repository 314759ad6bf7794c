import { UsageError } from "../../tools/command-line/usage-error.ts";
import { Random } from "../desk/random.ts";
import type { BoardName } from "../trackers/boards.ts";
import type { CampaignOptions } from "./options.ts";
import { runCase, type Tally } from "./run-shard.ts";
import type { XsCase } from "./xs-case.ts";
import { xsCases } from "./xs-cases.ts";

/** Runs at once; each has a board process and a cloud of its own. */
const LANES = 2;
/** An update takes ten times as long in QEMU: every third case of the sample. */
const CORTEX_M_SHARE = 3;

/** The sample on the virtual tracker, of the campaigns that were asked for. */
export async function runOnXs(
  names: readonly string[],
  { seed, limit, caseName }: Pick<CampaignOptions, "seed" | "limit" | "caseName">,
  board: BoardName,
): Promise<Tally> {
  // The SDK's advice on its own future needs of Node is not what a campaign is about.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const all = xsCases(new Random(seed), board).filter(({ campaign }) => names.includes(campaign));
  const sample = board === "linux" ? all : all.filter((_, at) => at % CORTEX_M_SHARE === 0);
  const wanted = caseName === undefined ? sample : all.filter(({ name }) => name === caseName);
  if (wanted.length === 0)
    throw new UsageError(`--case: ${caseName} is not in the sample of this seed`);
  const waiting = limit === undefined ? wanted : wanted.slice(0, limit);
  const tally: Tally = { cases: 0, cuts: 0, states: new Set(), failures: [] };
  const work = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      await runXsCase(one, board, tally);
    }
  };
  await Promise.all(Array.from({ length: LANES }, work));
  return tally;
}

async function runXsCase(
  { campaign, name, run }: XsCase,
  board: BoardName,
  tally: Tally,
): Promise<void> {
  const result = async () => ({ cases: 1, cuts: await run(), states: [] });
  await runCase(
    `${campaign} --on ${board === "linux" ? "xs" : board}`,
    { name, run: result },
    tally,
  );
}
