import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { issueCertificate } from "../cloud/certificates/certificate.ts";

export interface TlsServerOptions {
  /** Names in its certificate. */
  readonly hosts: readonly string[];
  /** Far off if left out. */
  readonly validUntil?: Date;
  readonly onConnection: (socket: TLSSocket) => void;
}

export interface TlsServer {
  /** Its authority, PEM. */
  readonly ca: string;
  readonly port: number;
  /** A certificate that the same authority gives to a client. */
  clientCertificate(commonName: string): { readonly cert: string; readonly key: string };
  close(): void;
}

/** A TLS server with an authority of its own; what it says is up to `onConnection`. */
export async function startTlsServer(options: TlsServerOptions): Promise<TlsServer> {
  const own = keyPair();
  const commonName = "another root";
  const issuer = { commonName, privateKey: own.privateKey };
  const ca = issueCertificate(
    { commonName, purpose: "authority", publicKey: own.publicKey },
    issuer,
  );
  const { hosts, validUntil } = options;
  const pair = keyPair();
  const cert = issueCertificate(
    {
      commonName: hosts[0] ?? "",
      hosts,
      purpose: "server",
      publicKey: pair.publicKey,
      ...(validUntil && { validUntil }),
    },
    issuer,
  );
  const server = createServer({ cert: cert + ca, key: pem(pair.privateKey) });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  server.on("tlsClientError", () => {});
  server.on("secureConnection", (socket) => {
    socket.on("error", () => {});
    options.onConnection(socket);
  });
  return {
    ca,
    port: (server.address() as AddressInfo).port,
    clientCertificate: (name) => {
      const { publicKey, privateKey } = keyPair();
      const request = { commonName: name, purpose: "client", publicKey } as const;
      return { cert: issueCertificate(request, issuer), key: pem(privateKey) };
    },
    close: () => server.close(),
  };
}

function keyPair(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync("ec", { namedCurve: "prime256v1" });
}

function pem(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}
