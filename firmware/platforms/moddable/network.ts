import type { Network, Security, Socket, SocketEvents, SocketTarget } from "../../ports/network.ts";
import { ModdableSocket } from "./socket.ts";
import { system } from "./system.ts";

/** TLS options of the SDK (`secure`), one set for each kind of peer. */
export type Credentials = Readonly<Record<Security, object>>;

/** TLS and names are the modem's, which holds the credentials under security tags. */
export class ModemNetwork implements Network {
  open(target: SocketTarget, events: SocketEvents): Socket {
    const socket = new ModdableSocket(events);
    socket.connect({ host: target.host, port: target.port }, { securityTag: target.security });
    return socket;
  }
}

/** TLS is the SDK's own, in JavaScript over TCP; names are resolved by `System.resolve`. */
export class SdkNetwork implements Network {
  private readonly credentials: Credentials;

  constructor(credentials: Credentials) {
    this.credentials = credentials;
  }

  open(target: SocketTarget, events: SocketEvents): Socket {
    const { host, port } = target;
    const socket = new ModdableSocket({
      onReadable: () => events.onReadable(),
      onWritable: (byteCount) => events.onWritable(withoutRecordHeads(byteCount)),
      onError: (reason) => events.onError(reason),
    });
    system().resolve(host, (_name, address) => {
      if (socket.isClosed) return;
      if (address === undefined) socket.fail(`no address of ${host}`);
      else socket.connect({ host, port, address }, this.credentials[target.security]);
    });
    return socket;
  }
}

/**
 * TLSSocket leaves room for one record's head and tag (96 bytes); each write makes a record, and
 * one that finds no room throws. A quarter of 2 KB is room for five more.
 */
function withoutRecordHeads(byteCount: number): number {
  return byteCount - (byteCount >>> 2);
}
