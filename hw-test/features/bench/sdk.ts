import type { SdkClientOptions, SdkOptionsOf } from "./cloud-side.ts";

/** One use of a method, for example `createJob` of `@aws-sdk/client-iot`. */
export interface SdkCall {
  readonly packageName: string;
  readonly method: string;
  readonly input: unknown;
}

export type SdkAnswer = Readonly<Record<string, unknown>>;

type Method = (input: unknown) => Promise<SdkAnswer>;
type Client = { destroy(): void } & { readonly [method: string]: Method | undefined };
type ClientClass = new (options: SdkClientOptions) => Client;

/** Methods that change nothing, so that they may be repeated. */
const questions = /^(describe|get|head|list)[A-Z]/;

/** Runs any method of any client of the AWS SDK. */
export class Sdk {
  private readonly optionsOf: SdkOptionsOf;
  private readonly clients = new Map<string, Client>();
  private last: SdkCall | undefined;

  constructor(optionsOf: SdkOptionsOf) {
    this.optionsOf = optionsOf;
  }

  async execute(call: SdkCall): Promise<SdkAnswer> {
    const { packageName, method, input } = call;
    this.last = undefined;
    const client = await this.client(packageName);
    const run = client[method];
    if (method === "destroy" || typeof run !== "function") {
      throw new Error(`${packageName} has no method ${method}`);
    }
    const answer = await withText(await run.call(client, input));
    this.last = call;
    return answer;
  }

  /** Runs the last call again; undefined if there is none, or if it did not merely ask. */
  async askAgain(): Promise<SdkAnswer | undefined> {
    const { last } = this;
    if (last === undefined || !questions.test(last.method)) return undefined;
    return this.execute(last);
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

/** A body that comes as a stream or in bytes is made a text, so that features can look at it. */
async function withText(response: SdkAnswer): Promise<SdkAnswer> {
  const { payload } = response;
  if (payload instanceof Uint8Array) return { ...response, payload: utf8(payload) };
  const body = response["Body"] as { transformToString?: () => Promise<string> } | undefined;
  if (body?.transformToString === undefined) return response;
  return { ...response, Body: await body.transformToString() };
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}
