import type { RunEvent, Server } from "./run-event.ts";
import { phaseIn } from "./scene.ts";

/** A stretch of time on one lane of the timeline; `endMs` is absent while it lasts. */
export interface Span {
  readonly name: string;
  readonly startMs: number;
  endMs?: number;
}

export interface Lanes {
  readonly phases: readonly Span[];
  readonly power: readonly Span[];
  readonly broker: readonly Span[];
  readonly files: readonly Span[];
}

/** What lasted from when to when. */
export function lanesOf(events: readonly RunEvent[]): Lanes {
  const phases = new Lane();
  const power = new Lane();
  const servers: Readonly<Record<Server, Lane>> = {
    broker: new Lane(),
    files: new Lane(),
    tcp: new Lane(),
  };
  for (const event of events) {
    const { atMs } = event;
    switch (event.kind) {
      case "powerOn":
        power.begin(event.cause, atMs);
        phases.begin("bootloader", atMs);
        break;
      case "boot":
        phases.begin("starting", atMs);
        break;
      case "powerOff":
        power.end(atMs);
        phases.end(atMs);
        break;
      case "console": {
        const phase = phaseIn(event.text);
        if (phase !== undefined) phases.begin(phase, atMs);
        break;
      }
      case "connection":
        if (event.state === "up") servers[event.server].begin(event.server, atMs);
        else servers[event.server].end(atMs);
        break;
    }
  }
  return {
    phases: phases.spans,
    power: power.spans,
    broker: servers.broker.spans,
    files: servers.files.spans,
  };
}

class Lane {
  readonly spans: Span[] = [];
  private isOpen = false;

  begin(name: string, startMs: number): void {
    this.end(startMs);
    this.spans.push({ name, startMs });
    this.isOpen = true;
  }

  end(endMs: number): void {
    const last = this.spans.at(-1);
    if (this.isOpen && last !== undefined) last.endMs = endMs;
    this.isOpen = false;
  }
}
