import assert from "node:assert/strict";

interface Refusal {
  readonly error: Error;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

interface Command {
  readonly middlewareStack: {
    add(middleware: never, options: { readonly step: "build"; readonly name: string }): void;
  };
}

interface BuildArguments {
  readonly request: { readonly headers: Record<string, string> };
}

/** Sends a header with a command that the SDK has no parameter for; it is signed like the others. */
export function withHeader<C extends Command>(command: C, name: string, value: string): C {
  const middleware =
    (next: (args: BuildArguments) => Promise<unknown>) => (args: BuildArguments) => {
      args.request.headers[name] = value;
      return next(args);
    };
  command.middlewareStack.add(middleware as never, { step: "build", name: `with-${name}` });
  return command;
}

/** What a request that must fail was answered: the SDK's error, and the response's headers. */
export async function refusalOf(attempt: Promise<unknown>): Promise<Refusal> {
  const error = await attempt.then(
    () => assert.fail("it was not refused"),
    (reason: Error & { $response?: { headers?: Record<string, string> } }) => reason,
  );
  return { error, headers: error.$response?.headers ?? {} };
}
