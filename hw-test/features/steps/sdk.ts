import type { World } from "./world.ts";

/** What every client of the AWS SDK takes. */
export interface SdkClientOptions {
  readonly region: string;
  /** Left out for the SDK's own endpoint of the region. */
  readonly endpoint?: string;
  /** Left out for the SDK's own search: environment, profile, role. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Says how to reach a service. @throws Error for a package this cloud does not serve */
export type SdkOptionsOf = (packageName: string) => SdkClientOptions;

type Method = (input: unknown) => Promise<Record<string, unknown>>;
type Client = { destroy(): void } & { readonly [method: string]: Method | undefined };
type ClientClass = new (options: SdkClientOptions) => Client;

interface LastCall {
  readonly world: World;
  readonly packageName: string;
  readonly method: string;
  readonly input: unknown;
}

/** Methods that change nothing, so that a `Soon` step may repeat them. */
const questions = /^(describe|get|head|list)[A-Z]/;

/** Runs any method of any client of the AWS SDK; the answer is `awsSDK.res` then. */
export class Sdk {
  private readonly optionsOf: SdkOptionsOf;
  private readonly clients = new Map<string, Client>();
  private last: LastCall | undefined;

  constructor(optionsOf: SdkOptionsOf) {
    this.optionsOf = optionsOf;
  }

  async execute(call: LastCall): Promise<void> {
    const { world, packageName, method, input } = call;
    this.last = undefined;
    const client = await this.client(packageName);
    const run = client[method];
    if (method === "destroy" || typeof run !== "function") {
      throw new Error(`${packageName} has no method ${method}`);
    }
    world["awsSDK"] = { res: await withText(await run.call(client, input)) };
    this.last = call;
  }

  /** Asks again for what `expression` looks at, if that is the answer to a mere question. */
  async refresh(world: World, expression: string): Promise<void> {
    const { last } = this;
    if (!/^awsSDK\.res\b/.test(expression) || last === undefined) return;
    if (last.world === world && questions.test(last.method)) await this.execute(last);
  }

  stop(): void {
    for (const client of this.clients.values()) client.destroy();
  }

  private async client(packageName: string): Promise<Client> {
    const known = this.clients.get(packageName);
    if (known !== undefined) return known;
    const options = this.optionsOf(packageName);
    const client = new (await clientClass(packageName))(options);
    this.clients.set(packageName, client);
    return client;
  }
}

/** The aggregated client, such as `IoT`: the class that has a method for each operation. */
async function clientClass(packageName: string): Promise<ClientClass> {
  const module = (await import(packageName)) as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(module)) {
    const base = module[`${name}Client`];
    if (
      typeof value === "function" &&
      typeof base === "function" &&
      value.prototype instanceof base
    ) {
      return value as unknown as ClientClass;
    }
  }
  throw new Error(`${packageName} exports no client`);
}

/** A body that comes as a stream is read to its end, so that features can look at it. */
async function withText(response: Record<string, unknown>): Promise<Record<string, unknown>> {
  const body = response["Body"] as { transformToString?: () => Promise<string> } | undefined;
  if (body?.transformToString === undefined) return response;
  return { ...response, Body: await body.transformToString() };
}
