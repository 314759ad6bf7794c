import type { AddressInfo, Server, Socket } from "node:net";

export const loopback = "127.0.0.1";

export interface Listening {
  readonly port: number;
  /** Ends every connection, those whose TLS handshake is under way too, and stops listening. */
  stop(): Promise<void>;
}

/**
 * Starts to listen.
 * @param port 0: any free one
 * @param address of the interface: the loopback unless told otherwise
 * @throws an Error that names the server and the port, if that is taken or the address is not ours
 */
export function listen(
  server: Server,
  port: number,
  name: string,
  address: string = loopback,
): Promise<Listening> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  const stop = () => {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      reject(taken ? new Error(`port ${port} for the ${name} is in use`) : error);
    });
    server.listen(port, address, () => {
      resolve({ port: (server.address() as AddressInfo).port, stop });
    });
  });
}
