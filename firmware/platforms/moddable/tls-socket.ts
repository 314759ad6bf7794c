import type TCP from "embedded:io/socket/tcp";
import SdkTlsSocket from "embedded:io/socket/tcp/tls";

export interface TlsOptions {
  readonly TCP: { readonly io: typeof TCP };
  readonly host: string;
  /** IPv4: what TCP of the SDK connects to. */
  readonly address?: string;
  readonly port: number;
  readonly secure: object;
  onReadable(byteCount: number): void;
  onWritable(byteCount: number): void;
  onError(): void;
}

export interface TlsSocket {
  read(buffer: Uint8Array): number | undefined;
  write(buffer: Uint8Array): void;
  close(): void;
}

/** The SDK's class as it is: its typings (8.2) know neither the option `TCP` nor views of a buffer. */
export function newTlsSocket(options: TlsOptions): TlsSocket {
  const Socket = SdkTlsSocket as unknown as new (options: TlsOptions) => TlsSocket;
  return new Socket(options);
}
