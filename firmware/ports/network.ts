/**
 * A reliable byte stream, in the shape of ECMA-419's TCP class ("IO Class Pattern"), with TLS on
 * top where `security` asks for it. MQTT and HTTPS both run on it.
 *
 * The callback law, which every platform adapter keeps:
 * - no callback runs inside `open`, `read`, `write` or `close`;
 * - none runs after `close`;
 * - `onError` comes at most once, and after it only `close` may be called.
 */
export interface Socket {
  /**
   * Copies received bytes to the start of `into`.
   * @returns how many: 0 when nothing is left, at most `into.byteLength`
   */
  read(into: Uint8Array): number;

  /**
   * Takes all of `bytes` (copied, so the caller may reuse them).
   * `bytes.byteLength` must be at most what `onWritable` last granted less what was written since.
   */
  write(bytes: Uint8Array): void;

  close(): void;
}

export interface SocketEvents {
  /** `byteCount` bytes may be written now. The first call means: connected, and TLS is up. */
  onWritable(byteCount: number): void;

  /** Bytes wait to be read. Not repeated for bytes left unread: read until `read` gives 0. */
  onReadable(): void;

  /** The stream has ended, by the peer's close or by a failure; `reason` is for people. */
  onError(reason: string): void;
}

/**
 * Which credentials a connection is made with, as a modem's security tags are.
 * - `broker`: TLS with the tracker's own certificate and the broker's CA;
 * - `files`: TLS with the file server's CA and nothing of ours, so that the broker's credentials
 *   never reach a host that a job document names.
 */
export type Security = "broker" | "files";

export interface SocketTarget {
  /** DNS name or address; sent as SNI and checked against the certificate. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  readonly security: Security;
}

export interface Network {
  open(target: SocketTarget, events: SocketEvents): Socket;
}
