import type { Network, Socket, SocketEvents, SocketTarget } from "../../firmware/ports/network.ts";
import type { BrokerModel, BrokerPeer } from "../desk/broker.ts";
import { BROKER_HOST } from "../desk/device.ts";
import type { FilePeer, FileServerModel } from "../desk/file-server.ts";
import type { LinkProfile } from "../driver.ts";
import { ScriptedSocket } from "../model/scripted-network.ts";
import type { VirtualClock } from "../model/virtual-clock.ts";
import type { Air } from "./air.ts";

/** TLS 1.2 with a certificate of each side: what a new connection costs, both ways together. */
const HANDSHAKE_BYTES = 5000;
/** Name, TCP, and TLS's three. */
const HANDSHAKE_ROUND_TRIPS = 5;

export interface TrackerLinkOptions {
  readonly clock: VirtualClock;
  readonly profile: LinkProfile;
  readonly air: Air;
  readonly broker: BrokerModel;
  readonly files: FileServerModel;
  readonly isBrokerUp: () => boolean;
  readonly onConnection: (server: "broker" | "files") => void;
  readonly onBrokerPacket: (direction: "up" | "down", name: string) => void;
  /** The tracker has done something with its sockets: `serve` has work. */
  readonly onTouched: () => void;
}

/** A tracker's sockets, each over its own TLS connection to the broker or the file server. */
export class TrackerLink implements Network {
  private readonly options: TrackerLinkOptions;
  private peers: (BrokerPeer | FilePeer)[] = [];
  /** Of the power-ons: connections of an earlier one come to nothing. */
  private generation = 0;

  constructor(options: TrackerLinkOptions) {
    this.options = options;
  }

  open(target: SocketTarget, events: SocketEvents): Socket {
    const { clock, profile, air, onConnection } = this.options;
    const server = target.host === BROKER_HOST ? "broker" : "files";
    const socket = new TouchedSocket(target, events, this.options.onTouched);
    const { generation } = this;
    onConnection(server);
    const bytesMs = air.carryMs("down", HANDSHAKE_BYTES);
    clock.alarm(bytesMs + HANDSHAKE_ROUND_TRIPS * profile.roundTripMs, () => {
      if (this.generation === generation && !socket.isClosed) this.connect(server, socket);
    });
    return socket;
  }

  /** Carries what the tracker has written. @returns whether there was anything */
  serve(): boolean {
    let isBusy = false;
    for (const peer of this.peers) isBusy = peer.poll() || isBusy;
    this.peers = this.peers.filter(({ socket }) => !socket.isClosed);
    return isBusy;
  }

  /** The tracker has reset: nobody is there any more. */
  cutOff(): void {
    this.generation += 1;
    for (const peer of this.peers) peer.abandon();
    this.peers = [];
  }

  /** The broker has gone down, and its connections with it. */
  breakBroker(): void {
    for (const peer of this.peers) {
      if (peer.socket.target.host === BROKER_HOST) peer.breakOff("closed by the broker");
    }
  }

  private connect(server: "broker" | "files", socket: ScriptedSocket): void {
    const { broker, files, air, isBrokerUp, onBrokerPacket } = this.options;
    if (server === "files") this.peers.push(files.accept(socket));
    else if (!isBrokerUp()) socket.fail("connection refused");
    else {
      const link = {
        transitMs: (direction: "up" | "down", bytes: number) => air.transitMs(direction, bytes),
        onPacket: onBrokerPacket,
      };
      this.peers.push(broker.accept(socket, link));
    }
    this.options.onTouched();
  }
}

/** Says when its user has done something. */
class TouchedSocket extends ScriptedSocket {
  private readonly onTouched: () => void;

  constructor(target: SocketTarget, events: SocketEvents, onTouched: () => void) {
    super(target, events);
    this.onTouched = onTouched;
  }

  override write(bytes: Uint8Array): void {
    super.write(bytes);
    this.onTouched();
  }

  override close(): void {
    super.close();
    this.onTouched();
  }
}
