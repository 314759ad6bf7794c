import { formats } from "../../../tools/image/formats.ts";
import { fromHex } from "../../../tools/image/hex.ts";
import { partitions } from "../../../tools/image/memory-map.ts";
import { makePatch } from "../../../tools/patch/make-patch.ts";
import { type StepCall, type StepDefinition, step } from "./definition.ts";
import { firmwareNamed, hexOf } from "./stored-firmware.ts";
import { wholeNumber } from "./whole-number.ts";
import { evaluate, store } from "./world.ts";

/** What "I have a patch …" keeps. */
export interface StoredPatch {
  /** Hash of the image that it starts from; not there for a packed one. */
  readonly from?: string | undefined;
  readonly size: number;
  readonly base64: string;
}

/** Steps that make what a job offers beside its HEX file. */
export const patchSteps: readonly StepDefinition[] = [
  step("I have a patch from `{old}` to `{next}` as `{name}`", async (words, call) => {
    const old = await imageNamed(call, words.old);
    const bytes = makePatch(old, await imageNamed(call, words.next));
    const from = formats[call.bench.trackers.boot].hashOf(old);
    storePatch(call, words.name, { from, bytes });
  }),
  step("I have `{next}` packed as `{name}`", async ({ next, name }, call) => {
    storePatch(call, name, { bytes: makePatch(undefined, await imageNamed(call, next)) });
  }),
  step("I have `{patch}` with another byte at `{offset}` as `{name}`", async (words, call) => {
    const { from, base64 } = await patchNamed(call, words.patch);
    const bytes = Buffer.from(base64, "base64");
    const at = wholeNumber(words.offset);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at);
    storePatch(call, words.name, { from, bytes });
  }),
];

export async function patchNamed({ world }: StepCall, name: string): Promise<StoredPatch> {
  const patch = (await evaluate(name, world)) as Partial<StoredPatch> | undefined;
  if (patch?.base64 === undefined) throw new Error(`there is no patch called ${name}`);
  return patch as StoredPatch;
}

function storePatch(
  { world }: StepCall,
  name: string,
  { from, bytes }: { readonly from?: string | undefined; readonly bytes: Uint8Array },
): void {
  store(world, name, {
    ...(from !== undefined && { from }),
    size: bytes.byteLength,
    base64: Buffer.from(bytes).toString("base64"),
  });
}

async function imageNamed(call: StepCall, name: string): Promise<Uint8Array> {
  const hex = hexOf(await firmwareNamed(call, name));
  const image = fromHex(hex, partitions["image-1"].byteLength)?.bytes;
  if (image === undefined) throw new Error(`${name} is no image`);
  return image;
}
