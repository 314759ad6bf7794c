import { connect, createServer } from "node:net";
import { listen } from "../../cloud/listen.ts";

/** A port on the loopback interface that leads to a host and port elsewhere, byte for byte. */
export interface Forward {
  readonly port: number;
  stop(): Promise<void>;
}

/** For the virtual tracker, whose rig connects to the loopback interface and nowhere else. */
export async function startForward(to: {
  readonly host: string;
  readonly port: number;
}): Promise<Forward> {
  const server = createServer((near) => {
    const far = connect(to);
    near.pipe(far);
    far.pipe(near);
    const end = () => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) socket.on("error", end).on("close", end);
  });
  return listen(server, 0, `way to ${to.host}`);
}
