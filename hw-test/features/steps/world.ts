/** What a suite's features share: the data behind `${…}`, nothing alive. */
export type World = Record<string, unknown>;
