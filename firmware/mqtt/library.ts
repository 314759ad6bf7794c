/**
 * The part of mqtt-packet 9.0.2 that the codec uses. Its own declarations reach for
 * `NodeJS.EventEmitter` and `Buffer`, which the core must not know.
 */
export interface MqttPacketLibrary {
  parser(options: { readonly protocolVersion: 4 }): LibraryParser;
  writeToStream: LibraryWriter;
}

export interface LibraryParser {
  on(event: "packet", listener: (packet: LibraryPacket) => void): void;
  on(event: "error", listener: (error: { readonly message: string }) => void): void;
  /** @returns how many bytes were left over */
  parse(bytes: Uint8Array): number;
}

export interface LibraryWriter {
  (packet: object, stream: LibraryStream): boolean;
  cacheNumbers: boolean;
}

export interface LibraryStream {
  write(chunk: LibraryChunk): boolean;
  /** The packet was refused for what it holds. */
  destroy(error: { readonly message: string }): void;
}

/** Text or bytes that the caller gave, or a Buffer (Node's or our shim) of at most four bytes. */
export type LibraryChunk = string | Uint8Array | LibraryBuffer;

export interface LibraryBuffer {
  readonly length: number;
  readUInt8(offset: number): number;
}

/** As the parser emits it: nothing in it is checked for its presence. */
export interface LibraryPacket {
  readonly cmd: string;
  readonly qos: number;
  readonly messageId?: number;
  readonly topic: string | null;
  readonly sessionPresent?: boolean;
  readonly returnCode?: number;
  readonly granted?: readonly number[];
}
