import jsonata from "jsonata";

/** What a suite's features share: the data behind `${…}`, nothing alive. */
export type World = Record<string, unknown>;

/**
 * The value of a JSONata expression over what the suite's features share.
 * @throws Error if it is no JSONata, or cannot be computed
 */
export async function evaluate(expression: string, world: World): Promise<unknown> {
  try {
    const value: unknown = await jsonata(expression).evaluate(world);
    return value;
  } catch (error) {
    throw new Error(`${expression}: ${(error as Error).message}`);
  }
}

/** Keeps a value under a name that `${…}` can use. */
export function store(world: World, name: string, value: unknown): void {
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    throw new Error(`${name}: a name has letters, digits and underscores only`);
  }
  world[name] = value;
}
