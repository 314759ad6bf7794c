import type { SdkAnswer, SdkCall } from "../bench/sdk.ts";
import type { StepCall } from "./definition.ts";

/** Calls AWS; features find the answer at `awsSDK.res`. */
export async function callAws({ bench, world }: StepCall, call: SdkCall): Promise<SdkAnswer> {
  const res = await bench.sdk.execute(call);
  world["awsSDK"] = { res };
  return res;
}

/** Asks again for what `expression` looks at, if that is the answer to a mere question. */
export async function refreshAnswer({ bench, world }: StepCall, expression: string): Promise<void> {
  if (!/\bawsSDK\.res\b/.test(expression)) return;
  const res = await bench.sdk.askAgain();
  if (res !== undefined) world["awsSDK"] = { res };
}
