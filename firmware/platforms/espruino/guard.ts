/** What Espruino throws of a TLS peer, out of its own loop, where nobody can catch it. */
const PEER_PREFIXES = ["mbedtls_ssl", "mbedtls_x509_crt_verify"];

/**
 * Whether an uncaught exception is what a server did wrong: the socket has ended by then, and tells so
 * in an event. A reset for it would be one that any server can cause.
 */
export function isPeersMistake(error: unknown): boolean {
  const { message } = (error ?? {}) as { readonly message?: unknown };
  const text = String(message);
  for (const prefix of PEER_PREFIXES) if (text.slice(0, prefix.length) === prefix) return true;
  return false;
}
