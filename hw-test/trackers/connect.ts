import net from "node:net";
import tls from "node:tls";

/** The credentials that OPEN names by number (docs/virtual-tracker.md, "The link"). */
export const securities = Object.freeze(["tcp", "broker", "files"] as const);
export type SocketSecurity = (typeof securities)[number];

/** PEM, as a modem keeps it under its security tags. */
export interface Credentials {
  /** The broker's CA, and the tracker's own certificate and key. */
  readonly broker: { readonly ca: string; readonly cert: string; readonly key: string };
  /** The file server's CA and nothing of the tracker's. */
  readonly files: { readonly ca: string };
}

export interface Target {
  readonly security: SocketSecurity;
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
}

/**
 * Name resolution of the rig: the port on 127.0.0.1 that stands for a host and port, or undefined
 * for what is not part of the run. So nothing ever leaves the machine.
 */
export type Resolve = (host: string, port: number) => number | undefined;

/**
 * Resolves by a map whose keys are `host:port`, `host` for all its ports, or `*.domain` for the
 * names one label below; the first of these that is there counts.
 */
export function resolveFrom(ports: Readonly<Record<string, number>>): Resolve {
  const map = new Map(Object.entries(ports));
  return (host, port) =>
    map.get(`${host}:${port}`) ?? map.get(host) ?? map.get(host.replace(/^[^.]+/, "*"));
}

export interface ConnectOptions {
  readonly credentials: Credentials;
  readonly resolve: Resolve;
}

/** Set-up takes this many round trips: 1 for TCP, 2 more for TLS 1.2 (RFC 5246, 7.3). */
export function setupRoundTrips(security: SocketSecurity): number {
  return security === "tcp" ? 1 : 3;
}

/**
 * Starts a connection. The socket's own events follow; `upEvent` names the one that means that it
 * is up and, with TLS, that the peer is who it should be.
 * @returns undefined if the name does not resolve
 */
export function connect(
  target: Target,
  { credentials, resolve }: ConnectOptions,
): { socket: net.Socket; upEvent: "connect" | "secureConnect" } | undefined {
  const port = resolve(target.host, target.port);
  if (port === undefined) return undefined;
  const address = { host: "127.0.0.1", port };
  if (target.security === "tcp") return { socket: net.connect(address), upEvent: "connect" };
  const { security, host } = target;
  const socket = tls.connect({
    ...address,
    ...(security === "broker" ? credentials.broker : { ca: credentials.files.ca }),
    // SNI takes names only (RFC 6066, section 3).
    ...(net.isIP(host) === 0 ? { servername: host } : {}),
    checkServerIdentity: (_, certificate) => tls.checkServerIdentity(host, certificate),
    minVersion: "TLSv1.2",
    // The SDK's TLS and most modems end at 1.2; and there a refused client certificate fails the
    // handshake, where 1.3 shows it only later.
    maxVersion: "TLSv1.2",
  });
  return { socket, upEvent: "secureConnect" };
}

/** What went wrong with a connection, in one short line for people. */
export function connectionReason(error: Error & { code?: string; reason?: string }): string {
  const code = error.code ?? "";
  const isTls = /^(ERR_TLS|ERR_SSL|UNABLE_|SELF_SIGNED|DEPTH_ZERO|CERT_|HOSTNAME)/.test(code);
  // OpenSSL's own errors bring the words apart from source file and line.
  const words = (error.reason ?? error.message).replace(/\s+/g, " ").slice(0, 160);
  const text = isTls ? `TLS: ${words}` : words;
  return code === "" || text.includes(code) ? text : `${text} (${code})`;
}
