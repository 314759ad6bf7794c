import assert from "node:assert/strict";
import { config } from "../../firmware/config.ts";
import { Failure } from "../../firmware/failure.ts";
import type { Store } from "../../firmware/ports/store.ts";
import type { PowerSupply } from "./power-supply.ts";

/**
 * The key-value store as its port promises it: a cut leaves a key's old or its new value. That the
 * board's store keeps the promise on flash is tested in hw-test/board/kv.test.ts.
 */
export class PoweredStore implements Store {
  /** The n-th change and `count` - 1 after it report an error; counted from 1. */
  failing: { readonly from: number; readonly count: number } | undefined;
  /** For a look from outside. */
  readonly values = new Map<string, Uint8Array>();
  private readonly supply: PowerSupply;
  private changes = 0;
  /** For a cut inside: whether the new value has made it. */
  private readonly random: () => number;

  constructor(supply: PowerSupply, random: () => number) {
    this.supply = supply;
    this.random = random;
  }

  read(key: string): Uint8Array | undefined {
    this.supply.requirePower();
    return this.values.get(key)?.slice();
  }

  write(key: string, value: Uint8Array): void {
    assert(key.length >= 1 && key.length <= 15, `store key ${key}`);
    assert(value.byteLength <= config.storeValueMaxBytes, `${value.byteLength} bytes in the store`);
    const copy = value.slice();
    this.change("write", () => this.values.set(key, copy));
  }

  remove(key: string): void {
    this.supply.requirePower();
    if (this.values.has(key)) this.change("delete", () => this.values.delete(key));
  }

  private change(kind: "write" | "delete", apply: () => void): void {
    this.changes += 1;
    const since = this.changes - (this.failing?.from ?? Number.POSITIVE_INFINITY);
    if (since >= 0 && since < (this.failing?.count ?? 0)) {
      throw new Failure("STORE", `${kind}: device error`);
    }
    const torn = (): void => {
      if (this.random() < 0.5) apply();
    };
    this.supply.operate({ part: "store", kind }, { whole: apply, torn });
  }
}
