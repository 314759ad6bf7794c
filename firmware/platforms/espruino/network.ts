import type { Network, Socket, SocketEvents, SocketTarget } from "../../ports/network.ts";
import type { Engine } from "./engine.ts";
import { EspruinoSocket } from "./socket.ts";

/** Certificates (X.509) and the tracker's key (PKCS #1, SEC 1 or PKCS #8), DER, a character a byte. */
export interface Credentials {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/**
 * TLS as Espruino has it: it encrypts, shows the tracker's certificate to the broker, and checks
 * nothing of who answers (docs/espruino.md). The file server gets no credentials.
 */
export class EspruinoNetwork implements Network {
  private readonly engine: Engine;
  private readonly broker: Credentials;

  constructor(engine: Engine, broker: Credentials) {
    this.engine = engine;
    this.broker = broker;
  }

  open({ host, port, security }: SocketTarget, events: SocketEvents): Socket {
    const own = security === "broker" ? this.broker : undefined;
    return new EspruinoSocket(this.engine, Object.assign({ host, port }, own), events);
  }
}
