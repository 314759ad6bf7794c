type Listener = (value: unknown) => void;

/** Stands in for Node's EventEmitter: one listener per event is all that the codec sets. */
export class EventEmitter {
  private readonly listeners: Record<string, Listener> = {};

  on(event: string, listener: Listener): this {
    this.listeners[event] = listener;
    return this;
  }

  emit(event: string, value: unknown): void {
    const listener = this.listeners[event];
    if (listener !== undefined) listener(value);
  }
}
