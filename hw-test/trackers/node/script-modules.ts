import { createHash } from "node:crypto";
import { type PartitionName, partitions } from "../../../tools/image/memory-map.ts";
import type { SocketSecurity } from "../connect.ts";
import type { FlashChip, FlashPart } from "./flash-chip.ts";
import type { KeyValueLog, ValueType } from "./key-value.ts";
import type { BoardSocket, BoardSockets } from "./sockets.ts";

/** Full scale of the link's inputs. */
const ANALOG_FULL = 1000;
const DELAY_MAX_MS = 2 ** 31 - 1;

export interface Peripherals {
  readonly chip: FlashChip;
  readonly store: KeyValueLog;
  readonly sockets: BoardSockets;
  /** By pin, 0 to 1000. */
  readonly inputs: readonly number[];
}

/**
 * The modules that the firmware's platform layer imports, in the shapes that hw-test/board/modules/
 * has on XS, as far as firmware/platforms/moddable/ uses them.
 */
export function scriptModules(parts: Peripherals): Readonly<Record<string, object>> {
  return {
    timer: { default: Timer },
    time: { default: Time },
    crypt: { Digest },
    "embedded:io/analog": { default: analogOf(parts.inputs) },
    "embedded:io/socket/tcp": { default: socketOf(parts.sockets, () => "tcp") },
    "embedded:io/socket/tcp/tls": { default: socketOf(parts.sockets, securityTag) },
    "embedded:storage/flash": { default: { open: flashOpener(parts.chip) } },
    "embedded:storage/key-value": { default: { open: storageOpener(parts.store) } },
  };
}

type Callback = (timer: Timer) => void;

function milliseconds(value: unknown): number {
  const number = Number(value ?? 0);
  return number > 0 ? Math.min(number, DELAY_MAX_MS) : 0;
}

class Timer {
  private handle: NodeJS.Timeout | undefined;

  static set(callback: Callback, delay?: number, repeat?: number): Timer {
    if (typeof callback !== "function") throw new TypeError("callback is no function");
    const timer = new Timer();
    const due = (): void => {
      timer.handle = repeat ? setTimeout(due, milliseconds(repeat)) : undefined;
      callback(timer);
    };
    timer.handle = setTimeout(due, milliseconds(delay));
    return timer;
  }

  static repeat(callback: Callback, delay: number): Timer {
    return Timer.set(callback, delay, Math.max(1, milliseconds(delay)));
  }

  static clear(timer?: Timer): void {
    clearTimeout(timer?.handle);
  }
}

const Time: { readonly ticks: number; delta(start: number, end?: number): number } = {
  /** Wraps, as the SDK's does. */
  get ticks() {
    return Math.floor(performance.now()) | 0;
  },
  delta: (start, end = Time.ticks) => (end - start) | 0,
};

class Digest {
  private hash = createHash("sha256");

  constructor(type: string) {
    if (type !== "SHA256") throw new RangeError("only SHA256");
  }

  write(message: string | Uint8Array): void {
    this.hash.update(message);
  }

  /** Ends it and starts anew. */
  close(): ArrayBuffer {
    const { hash } = this;
    this.hash = createHash("sha256");
    return bufferOf(hash.digest());
  }
}

function analogOf(inputs: readonly number[]): object {
  return class Analog {
    private readonly pin: number;
    readonly resolution: number;

    constructor({ pin, resolution = 10 }: { pin: number; resolution?: number }) {
      if (inputs[pin] === undefined) throw new RangeError("no such pin");
      this.pin = pin;
      this.resolution = resolution;
    }

    read(): number {
      const highest = 2 ** this.resolution - 1;
      return Math.floor(((inputs[this.pin] ?? 0) * highest) / ANALOG_FULL);
    }
  };
}

interface SocketOptions {
  readonly host?: string;
  readonly address?: string;
  readonly port: number;
  readonly secure?: { readonly securityTag?: unknown };
  readonly onReadable?: (byteCount: number) => void;
  readonly onWritable?: (byteCount: number) => void;
  readonly onError?: () => void;
}

/** The rig holds the certificates, as a modem does; the tag says which. */
function securityTag({ secure }: SocketOptions): SocketSecurity {
  const tag = secure?.securityTag;
  if (tag !== "broker" && tag !== "files") throw new RangeError("no such securityTag");
  return tag;
}

function socketOf(
  sockets: BoardSockets,
  securityOf: (options: SocketOptions) => SocketSecurity,
): object {
  return class OffloadedSocket {
    private readonly socket: BoardSocket;

    constructor(options: SocketOptions) {
      const { port, host = options.address } = options;
      if (!(port >= 1 && port <= 65535)) throw new RangeError("invalid port");
      if (host === undefined) throw new TypeError("host required");
      const security = securityOf(options);
      this.socket = sockets.connect(
        { security, host, port },
        {
          onReadable: (byteCount) => options.onReadable?.call(this, byteCount),
          onWritable: (byteCount) => options.onWritable?.call(this, byteCount),
          onError: () => options.onError?.call(this),
        },
      );
    }

    /**
     * With a buffer: fills what it can of it, and says how much. With a number: that many bytes, else
     * all there are, in a new ArrayBuffer. Nothing to read: undefined.
     */
    read(what?: Uint8Array | number): ArrayBuffer | number | undefined {
      const available = this.socket.readableBytes;
      if (available === 0) return undefined;
      if (typeof what === "object") return this.socket.read(what);
      const byteLength = what ?? available;
      if (byteLength === 0 || byteLength > available) throw new Error("invalid");
      const bytes = new Uint8Array(byteLength);
      this.socket.read(bytes);
      return bytes.buffer;
    }

    write(bytes: Uint8Array): number {
      return this.socket.write(bytes);
    }

    close(): void {
      this.socket.close();
    }
  };
}

function flashOpener(chip: FlashChip): (options: { path: string }) => object {
  return ({ path }) => {
    const isSlot = Object.hasOwn(partitions, path) && path !== "bootloader" && path !== "unused";
    if (!isSlot) throw new Error("no such partition");
    return new FlashModule(chip.part(path as PartitionName));
  };
}

class FlashModule {
  private readonly part: FlashPart;

  constructor(part: FlashPart) {
    this.part = part;
  }

  read(into: Uint8Array, offset: number): number {
    this.part.read(into, offset);
    return into.byteLength;
  }

  write(bytes: Uint8Array, offset: number): void {
    this.part.write(bytes, offset);
  }

  eraseBlock(start: number, end = start + 1): void {
    if (!(end > start)) throw new RangeError("invalid block");
    for (let block = start; block < end; block++) this.part.eraseBlock(block);
  }

  status(): object {
    const { byteLength, blockLength, writeAlign, eraseValue } = this.part.geometry;
    const blocks = byteLength / blockLength;
    return { size: byteLength, blockLength, blocks, writeAlign, eraseValue };
  }
}

function storageOpener(
  store: KeyValueLog,
): (options: { path: string; format?: ValueType }) => object {
  return ({ path, format = "buffer" }) => ({
    read(key: string): ArrayBuffer | string | undefined {
      const value = store.read(`${path}/${key}`, format);
      if (value === undefined || format === "string") return value?.toString("utf8");
      return bufferOf(value);
    },
    write(key: string, value: Uint8Array | string): void {
      const bytes = typeof value === "string" ? Buffer.from(value) : value;
      store.write(`${path}/${key}`, format, bytes);
    },
    delete(key: string): void {
      store.remove(`${path}/${key}`);
    },
  });
}

function bufferOf(bytes: Buffer): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(copy).set(bytes);
  return copy;
}
