import { ScriptedNetwork, type ScriptedSocket } from "../model/scripted-network.ts";
import type { VirtualClock } from "../model/virtual-clock.ts";
import type { BrokerModel } from "./broker.ts";
import { BROKER_HOST } from "./device.ts";
import type { FileServerModel } from "./file-server.ts";
import type { Outage } from "./plan.ts";

type Server = Outage["server"];

export interface LinkOptions {
  readonly clock: VirtualClock;
  readonly broker: BrokerModel;
  readonly files: FileServerModel;
  readonly outages: readonly Outage[];
  readonly onConnection: (server: Server) => void;
  /** Until a connection is made; `CONNECT_MS` if not given. */
  readonly connectMs?: number | undefined;
}

interface Connected {
  readonly server: Server;
  readonly peer: Peer;
}

interface Peer {
  readonly socket: ScriptedSocket;
  poll(): boolean;
  abandon(): void;
}

const CONNECT_MS = 100;

/** The tracker's way to the servers: new connections, and what waits to be carried. */
export class Link {
  network = new ScriptedNetwork();
  /** While an image runs that never reaches the broker. */
  isOffline = false;
  private readonly options: LinkOptions;
  private seen = 0;
  private peers: Connected[] = [];

  constructor(options: LinkOptions) {
    this.options = options;
  }

  /** Carries what the tracker has written. @returns whether there was anything */
  serve(): boolean {
    for (const socket of this.network.sockets.slice(this.seen)) {
      this.seen += 1;
      this.connect(socket, this.network);
    }
    let isBusy = false;
    for (const { server, peer } of this.peers) {
      if (this.fate(server) === "lose") peer.abandon();
      else isBusy = peer.poll() || isBusy;
    }
    this.peers = this.peers.filter(({ peer }) => !peer.socket.isClosed);
    return isBusy;
  }

  /** The tracker has reset: nobody is there any more. */
  cutOff(): void {
    for (const { peer } of this.peers) peer.abandon();
    this.peers = [];
    this.network = new ScriptedNetwork();
    this.seen = 0;
  }

  private connect(socket: ScriptedSocket, network: ScriptedNetwork): void {
    const { clock, broker, files, onConnection, connectMs = CONNECT_MS } = this.options;
    const { host, security } = socket.target;
    const server = security === "broker" && host === BROKER_HOST ? "broker" : "files";
    onConnection(server);
    const fate = this.isOffline && server === "broker" ? "ignore" : this.fate(server);
    if (fate === "ignore" || fate === "lose") return;
    clock.alarm(connectMs, () => {
      if (this.network !== network || socket.isClosed) return;
      if (fate === "refuse") socket.fail("connection refused");
      else {
        const peer = server === "broker" ? broker.accept(socket) : files.accept(socket);
        this.peers.push({ server, peer });
      }
    });
  }

  private fate(server: Server): Outage["how"] | "accept" {
    const nowS = this.options.clock.nowMs() / 1000;
    const outage = this.options.outages.find(
      (one) => one.server === server && nowS >= one.fromS && nowS < one.fromS + one.forS,
    );
    return outage?.how ?? "accept";
  }
}
