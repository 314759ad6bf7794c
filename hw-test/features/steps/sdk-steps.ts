import { callAws } from "./aws-answer.ts";
import { jsonObjectOf } from "./code-block.ts";
import { type StepDefinition, step } from "./definition.ts";
import { store } from "./world.ts";

/** Steps that call AWS as a user does, with the unmodified SDK. */
export const sdkSteps: readonly StepDefinition[] = [
  step("I execute `{method}` of `{package}` with", async (words, call) => {
    const { method, package: packageName } = words;
    await callAws(call, { packageName, method, input: jsonObjectOf(call) });
  }),
  step("I execute `{method}` of `{package}`", async ({ method, package: packageName }, call) => {
    await callAws(call, { packageName, method, input: {} });
  }),
  step("`{method}` of `{package}` should fail with `{error}` for", async (words, call) => {
    const { method, package: packageName, error: wanted } = words;
    const input = jsonObjectOf(call);
    const found = await callAws(call, { packageName, method, input }).then(
      () => "success",
      (error: Error) => error.name,
    );
    if (found !== wanted) throw new Error(`${method}: expected ${wanted}, found ${found}`);
  }),
  step(
    "I am authenticated with Cognito as `{email}` with password `{password}`",
    async ({ email, password }, call) => {
      const { AuthenticationResult: tokens } = await callAws(call, {
        packageName: "@aws-sdk/client-cognito-identity-provider",
        method: "initiateAuth",
        input: {
          AuthFlow: "USER_PASSWORD_AUTH",
          ClientId: call.world["userPoolClientId"],
          AuthParameters: { USERNAME: email, PASSWORD: password },
        },
      });
      if (tokens === undefined) throw new Error("no tokens were given");
      store(call.world, "user", { email, ...(tokens as object) });
    },
  ),
];
