import assert from "node:assert/strict";
import CRC32 from "crc-32";
import type {
  Engine,
  EngineSocket,
  FlashModule,
  TlsModule,
  TlsOptions,
} from "../../firmware/platforms/espruino/engine.ts";
import type { SlotPlace } from "../../firmware/platforms/espruino/flash.ts";
import type { Flash } from "../../firmware/ports/flash.ts";
import type { Platform } from "../../firmware/ports/platform.ts";
import type { EspruinoStorage } from "./espruino-storage.ts";

/** What `socket.on("data")` is told at most at once. */
const DATA_MAX_CHARS = 536;
/** TCP is up so long before TLS is. */
const HANDSHAKE_MS = 50;

/** Where the model's slots lie; above 2^31, as memory-mapped flash does on some chips. */
const places = { primary: 0x60000000, secondary: 0x60100000 } as const;

type Listener = (argument?: unknown) => void;

/**
 * Espruino's modules over the ports of another platform, with the faults of 2v29: `connect` calls back
 * before the handshake; data come as strings of at most 536 characters; `write` takes everything; and
 * whoever calls a socket inside a socket's callback crashes it.
 */
export class EspruinoEngine implements Engine {
  readonly flash: FlashModule;
  readonly tls: TlsModule;
  readonly storage: EspruinoStorage;
  readonly printed: string[] = [];
  /** Sockets that were opened, and whether they had a client certificate. */
  readonly opened: { readonly host: string; readonly hasCertificate: boolean }[] = [];
  private readonly base: Platform;
  private readonly jumps: ((seconds: number) => void)[] = [];
  private setBySeconds = 0;
  private isInCallback = false;

  constructor(base: Platform, storage: EspruinoStorage) {
    this.base = base;
    this.storage = storage;
    this.flash = flashOver(base);
    this.tls = { connect: (options, onConnect) => this.connect(options, onConnect) };
  }

  setTimeout(callback: () => void, delayMs: number): unknown {
    return this.base.clock.alarm(delayMs, callback);
  }

  clearTimeout(timer: unknown): void {
    assert(timer !== undefined, "clearTimeout(undefined) not allowed. Use clearTimeout() instead");
    (timer as { cancel(): void }).cancel();
  }

  getTime(): number {
    return this.base.clock.nowMs() / 1000 + this.setBySeconds;
  }

  onTimeSet(onJump: (seconds: number) => void): void {
    this.jumps.push(onJump);
  }

  /** As an application does that knows the time. */
  setTime(seconds: number): void {
    const jump = seconds - this.getTime();
    this.setBySeconds += jump;
    for (const onJump of this.jumps) onJump(jump);
  }

  crc32(bytes: Uint8Array): number {
    return CRC32.buf(bytes);
  }

  toText(bytes: Uint8Array): string {
    return Buffer.from(bytes).toString("latin1");
  }

  toBytes(characters: string): Uint8Array {
    return Uint8Array.from(Buffer.from(characters, "latin1"));
  }

  batteryPercent(): number | undefined {
    return this.base.power.batteryPercent();
  }

  random(): number {
    return this.base.random();
  }

  print(line: string): void {
    this.printed.push(line);
    this.base.log(line);
  }

  reboot(): void {
    this.base.reset.restart();
  }

  /** From inside one of the engine's own callbacks. */
  callBack(listener: Listener | undefined, argument?: unknown): void {
    this.isInCallback = true;
    try {
      listener?.(argument);
    } finally {
      this.isInCallback = false;
    }
  }

  assertOutsideCallbacks(verb: string): void {
    assert(!this.isInCallback, `${verb} inside a socket's callback: Espruino crashes`);
  }

  private connect(options: TlsOptions, onConnect: () => void): EngineSocket {
    this.assertOutsideCallbacks("connect");
    const hasCertificate = options.cert !== undefined;
    this.opened.push({ host: options.host, hasCertificate });
    return new SocketModel(this, this.base, options, onConnect);
  }
}

class SocketModel implements EngineSocket {
  private readonly engine: EngineSocketHost;
  private readonly listeners = new Map<string, Listener>();
  private readonly socket: ReturnType<Platform["network"]["open"]>;
  private unsent = Buffer.alloc(0);
  private grantedBytes = 0;
  private isUp = false;
  private isEnding = false;
  private isClosed = false;

  constructor(engine: EngineSocketHost, base: Platform, options: TlsOptions, onConnect: Listener) {
    this.engine = engine;
    const security = options.cert === undefined ? "files" : "broker";
    const { host, port } = options;
    const { clock } = base;
    clock.alarm(1, () => {
      if (!this.isClosed) this.engine.callBack(onConnect);
    });
    this.socket = base.network.open(
      { host, port, security },
      {
        onWritable: (byteCount) => {
          this.grantedBytes = byteCount;
          if (this.isUp) this.send();
          else
            clock.alarm(HANDSHAKE_MS, () => {
              this.isUp = true;
              this.send();
            });
        },
        onReadable: () => this.receive(),
        onError: (reason) => this.close(reason),
      },
    );
  }

  on(event: string, listener: (argument: never) => void): void {
    this.listeners.set(event, listener as Listener);
  }

  write(characters: string): void {
    this.engine.assertOutsideCallbacks("write");
    if (this.isClosed || this.isEnding) throw new Error("This socket is closed");
    this.unsent = Buffer.concat([this.unsent, Buffer.from(characters, "latin1")]);
    this.send();
  }

  end(): void {
    this.engine.assertOutsideCallbacks("end");
    if (this.isClosed) throw new Error("This socket is closed");
    this.isEnding = true;
    if (this.unsent.length === 0) this.close(undefined);
  }

  private send(): void {
    if (!this.isUp || this.isClosed || this.unsent.length === 0) return;
    const count = Math.min(this.unsent.length, this.grantedBytes);
    if (count === 0) return;
    this.grantedBytes -= count;
    this.socket.write(this.unsent.subarray(0, count));
    this.unsent = this.unsent.subarray(count);
    if (this.unsent.length > 0) return;
    if (this.isEnding) this.close(undefined);
    else this.engine.callBack(this.listeners.get("drain"));
  }

  private receive(): void {
    const into = new Uint8Array(DATA_MAX_CHARS);
    for (;;) {
      const count = this.isClosed ? 0 : this.socket.read(into);
      if (count === 0) return;
      const characters = this.engine.toText(into.subarray(0, count));
      this.engine.callBack(this.listeners.get("data"), characters);
    }
  }

  private close(reason: string | undefined): void {
    this.isClosed = true;
    this.socket.close();
    if (reason !== undefined) {
      this.engine.callBack(this.listeners.get("error"), { code: -1, message: reason });
    }
    this.engine.callBack(this.listeners.get("close"), reason !== undefined);
  }
}

type EngineSocketHost = Pick<EspruinoEngine, "callBack" | "assertOutsideCallbacks" | "toText">;

/** Where a slot of the base lies in the model's flash. */
export function placeOf(slot: "primary" | "secondary", base: Platform): SlotPlace {
  const { byteLength, blockLength, writeAlign } = base[slot].geometry;
  return { address: places[slot], byteLength, blockLength, writeAlign };
}

function flashOver(base: Platform): FlashModule {
  const at = (address: number): { slot: Flash; offset: number } => {
    assert(Number.isInteger(address) && address === (address | 0), `address ${address}`);
    const slot = address >= places.secondary ? "secondary" : "primary";
    const offset = address - places[slot];
    assert(offset >= 0 && offset < base[slot].geometry.byteLength, `address ${address}`);
    return { slot: base[slot], offset };
  };
  return {
    read(byteLength, address) {
      const { slot, offset } = at(address);
      const bytes = new Uint8Array(byteLength);
      slot.read(bytes, offset);
      return bytes;
    },
    write(bytes, address) {
      const { slot, offset } = at(address);
      slot.write(bytes, offset);
    },
    erasePage(address) {
      const { slot, offset } = at(address);
      slot.eraseBlock(Math.floor(offset / slot.geometry.blockLength));
    },
  };
}
