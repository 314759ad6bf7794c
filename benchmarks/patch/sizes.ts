import { asBuilt } from "../../tools/build/image.ts";
import { makePatch } from "../../tools/patch/make-patch.ts";
import type { Figure } from "../figure.ts";
import type { Images } from "../memory/pool.ts";
import { firmwareCommits, imageOf, linesBetween } from "./history.ts";

/** How many commits lie between the images of a pair, and where the newer one of each is. */
const DISTANCES = [1, 5, 20];
const NEWER = [0, 5, 10];

/** What patches weigh, as a share of the HEX file that they replace. */
export async function patchSizes(images: Images): Promise<Figure[]> {
  const { from, to } = images;
  const packed = makePatch(undefined, to.image).length;
  const only = makePatch(from.image, to.image).length;
  return [
    { name: "packed image", value: packed, unit: "bytes" },
    {
      name: "packed image",
      value: packed / to.hex.length,
      unit: "of the HEX",
      goal: { atMost: 0.19 },
    },
    { name: "patch that changes the version alone", value: only, unit: "bytes" },
    ...(await historyFigures()),
  ];
}

/** Over the commits of this repository; no figure, and a line that says so, where there are too few. */
async function historyFigures(): Promise<Figure[]> {
  const commits = await firmwareCommits();
  const needed = Math.max(...NEWER) + Math.max(...DISTANCES) + 1;
  if (commits === undefined || commits.length < needed) {
    const found = commits === undefined ? "no git history" : `${commits.length} commits`;
    return [{ name: `skipped: history (${found}, ${needed} needed)`, value: 0, unit: "pairs" }];
  }
  const built = new Map<number, Uint8Array>();
  const image = async (at: number) => {
    const made = built.get(at) ?? (await imageOf(commits[at] ?? "", "1.0.0"));
    built.set(at, made);
    return made;
  };
  const figures: Figure[] = [];
  for (const distance of DISTANCES) {
    for (const newer of NEWER) {
      const next = await image(newer);
      const patch = makePatch(await image(newer + distance), next).length;
      const to = commits[newer] ?? "";
      const lines = await linesBetween(commits[newer + distance] ?? "", to);
      const name = `${distance} commits, ${lines} lines, to ${to.slice(0, 7)}: ${patch} bytes`;
      figures.push({ name, value: patch / asBuilt(next).hex.length, unit: "of the HEX" });
    }
  }
  const shares = figures.map(({ value }) => value).sort((one, other) => one - other);
  const value = shares[shares.length >> 1] ?? 0;
  return [
    ...figures,
    { name: "patch, median of the pairs", value, unit: "of the HEX", goal: { atMost: 0.03 } },
  ];
}
