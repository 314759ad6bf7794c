import type { Store } from "../ports/store.ts";
import { loadState, type Side, saveState } from "./state.ts";

/** Starts that a script on trial has to be confirmed in. */
export const trialStartMax = 3;

/**
 * Which script to start now. One on trial is counted before it runs, so that whatever it does to the
 * board, the one before it runs again after `trialStartMax` starts.
 * @returns undefined where there is none
 * @throws Failure STORE: a start that cannot be counted is none
 */
export function sideToStart(store: Store): Side | undefined {
  const state = loadState(store);
  if (state.trial === undefined) return state.confirmed;
  if (state.starts < trialStartMax) {
    saveState(store, Object.assign({}, state, { starts: state.starts + 1 }));
    return state.trial;
  }
  saveState(store, Object.assign({}, state, { trial: undefined, starts: 0 }));
  return state.confirmed;
}
