import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { VirtualTracker } from "../../../hw-test/trackers/virtual/tracker.ts";
import { type Ended, ended, type Folder, PROGRAM } from "./run-fota.ts";

/** `fota cloud` as a process, which can be killed and started again, with its clients and trackers. */
export class StandingCloud {
  readonly folder: Folder;
  readonly out = "cloud";
  private readonly ports: readonly number[];
  private child: ChildProcess | undefined;

  /** On ports that nobody has. */
  static async in(folder: Folder): Promise<StandingCloud> {
    return new StandingCloud(folder, [await freePort(), await freePort(), await freePort()]);
  }

  private constructor(folder: Folder, ports: readonly number[]) {
    this.folder = folder;
    this.ports = ports;
  }

  /** Returns when it is up. */
  async start(...args: readonly string[]): Promise<void> {
    const [control, broker, files] = this.ports.map(String);
    const ports = ["--control-port", control, "--broker-port", broker, "--files-port", files];
    const words = [PROGRAM, "cloud", "--out", this.out, ...ports, "--json", ...args] as string[];
    const child = spawn(process.execPath, words, { cwd: this.folder.path });
    this.child = child;
    const end = ended(child);
    const up = once(child.stdout, "data");
    const failed = end.then(({ errors }) => Promise.reject(new Error(errors)));
    await Promise.race([up, failed]);
    failed.catch(() => undefined);
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<number | null> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null) return null;
    child.kill(signal);
    const [code] = await once(child, "close");
    return code;
  }

  /** What `env` sets, and nothing of the user's own AWS. */
  environment(): NodeJS.ProcessEnv {
    const env = readFileSync(this.folder.file(join(this.out, "env")), "utf8");
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_"));
    const set = [...env.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name, value]) => [
      name,
      value,
    ]);
    return { ...Object.fromEntries(own), ...Object.fromEntries(set) };
  }

  /** One verb, with that environment. */
  fota(...args: readonly string[]): Promise<Ended> {
    const options = { cwd: this.folder.path, env: this.environment() };
    return ended(spawn(process.execPath, [PROGRAM, ...args], options));
  }

  /** A thing of this cloud, off, with an image in its slot. */
  async tracker(thingName: string, image: Uint8Array): Promise<VirtualTracker> {
    const [, broker = 0, files] = this.ports;
    const own = (name: string) =>
      readFileSync(this.folder.file(join(this.out, "things", thingName, name)), "utf8");
    const ca = readFileSync(this.folder.file(join(this.out, "ca.pem")), "utf8");
    const tracker = new VirtualTracker({
      flashPath: this.folder.file(`${thingName}.flash`),
      credentials: { broker: { ca, cert: own("cert.pem"), key: own("key.pem") }, files: { ca } },
      resolve: (host) => (host === "localhost" ? broker : files),
    });
    await tracker.flash({ slot0: image });
    await tracker.provision({
      thingName,
      brokerHost: "localhost",
      brokerPort: broker,
      imageHeader: "required",
      selfTestDeadlineMs: 30_000,
      startDelayMaxMs: 0,
    });
    return tracker;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
