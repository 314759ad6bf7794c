import { type StepDefinition, step } from "./definition.ts";
import { jsonObjectOf, store } from "./values.ts";

/** Steps that call AWS as a user does, with the unmodified SDK. */
export const sdkSteps: readonly StepDefinition[] = [
  step("I execute `{method}` of `{package}` with", async (words, call) => {
    const { method, package: packageName } = words;
    await call.bench.sdk.execute({
      world: call.world,
      packageName,
      method,
      input: jsonObjectOf(call),
    });
  }),
  step("I execute `{method}` of `{package}`", async ({ method, package: packageName }, call) => {
    await call.bench.sdk.execute({ world: call.world, packageName, method, input: {} });
  }),
  step("`{method}` of `{package}` should fail with `{error}` for", async (words, call) => {
    const { method, package: packageName, error: wanted } = words;
    const input = jsonObjectOf(call);
    const found = await call.bench.sdk
      .execute({ world: call.world, packageName, method, input })
      .then(
        () => "success",
        (error: Error) => error.name,
      );
    if (found !== wanted) throw new Error(`${method}: expected ${wanted}, found ${found}`);
  }),
  step(
    "I am authenticated with Cognito as `{email}` with password `{password}`",
    async ({ email, password }, { bench, world }) => {
      await bench.sdk.execute({
        world,
        packageName: "@aws-sdk/client-cognito-identity-provider",
        method: "initiateAuth",
        input: {
          AuthFlow: "USER_PASSWORD_AUTH",
          ClientId: world["userPoolClientId"],
          AuthParameters: { USERNAME: email, PASSWORD: password },
        },
      });
      const { res } = world["awsSDK"] as { res: { AuthenticationResult?: object } };
      if (res.AuthenticationResult === undefined) throw new Error("no tokens were given");
      store(world, "user", { email, ...res.AuthenticationResult });
    },
  ),
];
