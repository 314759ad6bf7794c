import type { Alarm, Clock } from "../../firmware/ports/clock.ts";

interface Pending {
  readonly dueMs: number;
  /** Of two that are due at once, the one that was set first runs first. */
  readonly order: number;
  readonly onAlarm: () => void;
  /** In the heap; -1 once it is out. */
  place: number;
}

/**
 * Time that passes only when it is told to, so that a test of hours takes no time and no luck. The
 * alarms are a binary heap: a fleet sets tens of thousands at once.
 */
export class VirtualClock implements Clock {
  private now = 0;
  private set = 0;
  /** None is due before the one at half its place. */
  private readonly heap: Pending[] = [];

  nowMs(): number {
    return this.now;
  }

  alarm(delayMs: number, onAlarm: () => void): Alarm {
    if (!(delayMs >= 0 && delayMs < 2 ** 31)) throw new RangeError(`alarm in ${delayMs} ms`);
    this.set += 1;
    const entry = { dueMs: this.now + delayMs, order: this.set, onAlarm, place: this.heap.length };
    this.heap.push(entry);
    this.rise(entry);
    return { cancel: () => this.remove(entry) };
  }

  /** How many alarms are set: 0 means that nothing will happen by itself any more. */
  get pendingCount(): number {
    return this.heap.length;
  }

  /** Milliseconds to the next alarm. */
  get nextDelayMs(): number | undefined {
    const first = this.heap[0];
    return first === undefined ? undefined : first.dueMs - this.now;
  }

  /** Lets `durationMs` pass; each alarm on the way runs at its own time. */
  advance(durationMs: number): void {
    const endMs = this.now + durationMs;
    for (;;) {
      const first = this.heap[0];
      if (first === undefined || first.dueMs > endMs) break;
      this.runFirst(first);
    }
    this.now = endMs;
  }

  /** Runs alarms until none is left or `maxMs` have passed; says which (true: none left). */
  run(maxMs: number): boolean {
    const endMs = this.now + maxMs;
    for (;;) {
      const first = this.heap[0];
      if (first === undefined) return true;
      if (first.dueMs > endMs) return false;
      this.runFirst(first);
    }
  }

  /** Runs the next alarm alone. @returns false if there is none */
  step(): boolean {
    const first = this.heap[0];
    if (first === undefined) return false;
    this.runFirst(first);
    return true;
  }

  private runFirst(first: Pending): void {
    this.remove(first);
    this.now = Math.max(this.now, first.dueMs);
    first.onAlarm();
  }

  private remove(entry: Pending): void {
    const { place } = entry;
    if (place < 0) return;
    entry.place = -1;
    const last = this.heap.pop();
    if (last === undefined || last === entry) return;
    this.put(last, place);
    this.rise(last);
    this.sink(last);
  }

  private rise(entry: Pending): void {
    for (;;) {
      const parent = this.heap[(entry.place - 1) >> 1];
      if (entry.place === 0 || parent === undefined || isBefore(parent, entry)) return;
      this.swap(parent, entry);
    }
  }

  private sink(entry: Pending): void {
    for (;;) {
      const left = this.heap[2 * entry.place + 1];
      const right = this.heap[2 * entry.place + 2];
      const child =
        left !== undefined && right !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || isBefore(entry, child)) return;
      this.swap(entry, child);
    }
  }

  private swap(upper: Pending, lower: Pending): void {
    const { place } = upper;
    this.put(upper, lower.place);
    this.put(lower, place);
  }

  private put(entry: Pending, place: number): void {
    this.heap[place] = entry;
    entry.place = place;
  }
}

function isBefore(one: Pending, other: Pending): boolean {
  return one.dueMs === other.dueMs ? one.order < other.order : one.dueMs < other.dueMs;
}
