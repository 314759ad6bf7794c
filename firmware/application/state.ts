import type { Store } from "../ports/store.ts";

/** Which of the two places of an application's script. */
export type Side = 0 | 1;

/** What outlives a reset, in one value of the store: a change is whole or not there. */
export interface ApplicationState {
  /** Where the script is that was confirmed last; undefined before the first. */
  readonly confirmed: Side | undefined;
  /** Where one is on trial. */
  readonly trial: Side | undefined;
  /** Starts of the one on trial so far. */
  readonly starts: number;
  /** Security counter of the one on trial, and the highest that was ever confirmed. */
  readonly trialCounter: number;
  readonly floor: number;
}

const KEY = "app";
const FORMAT = 1;
const BYTES = 12;
const NONE = 0xff;

export const firstState: ApplicationState = Object.freeze({
  confirmed: undefined,
  trial: undefined,
  starts: 0,
  trialCounter: 0,
  floor: 0,
});

/** What cannot be read is none of ours: then nothing is confirmed. */
export function loadState(store: Store): ApplicationState {
  const value = store.read(KEY);
  if (value === undefined || value.byteLength !== BYTES || value[0] !== FORMAT) return firstState;
  const view = new DataView(value.buffer, value.byteOffset);
  return {
    confirmed: sideOf(value[1]),
    trial: sideOf(value[2]),
    starts: value[3] as number,
    trialCounter: view.getUint32(4),
    floor: view.getUint32(8),
  };
}

/** @throws Failure STORE */
export function saveState(store: Store, state: ApplicationState): void {
  const value = new Uint8Array(BYTES);
  value[0] = FORMAT;
  value[1] = state.confirmed ?? NONE;
  value[2] = state.trial ?? NONE;
  value[3] = state.starts;
  const view = new DataView(value.buffer);
  view.setUint32(4, state.trialCounter);
  view.setUint32(8, state.floor);
  store.write(KEY, value);
}

function sideOf(byte: number | undefined): Side | undefined {
  return byte === 0 || byte === 1 ? byte : undefined;
}
