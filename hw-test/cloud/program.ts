import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import type { KeyKind } from "./certificates/authority.ts";
import { type Cloud, startCloud } from "./cloud.ts";
import { ownKeys } from "./credentials.ts";
import { environmentOf } from "./environment.ts";
import { loopback } from "./listen.ts";
import { Database } from "./store/database.ts";
import { makeFolder, useAlone } from "./store/folder.ts";

export interface StandingOptions {
  /** Made if it is not there: database, certificates, `env`. */
  readonly folder: string;
  readonly things: readonly string[];
  /** All the things join it; none if left out. */
  readonly group?: string | undefined;
  readonly bucket: string;
  /** IPv4 address of the interface; 0.0.0.0 for all. */
  readonly listen: string;
  readonly ports: { readonly control: number; readonly broker: number; readonly files: number };
  readonly region: string;
  /** Of trackers' certificates that are not there yet. */
  readonly keyKind: KeyKind;
}

export interface StandingCloud {
  readonly cloud: Cloud;
  /** Files that clients need: shell variables, and what trackers trust. */
  readonly files: { readonly env: string; readonly ca: string };
  stop(): Promise<void>;
}

/**
 * A local AWS in a folder: it goes on from what it knew when it last ran there.
 * @throws an Error that names the port in use, or the file that cannot be written
 */
export async function startStandingCloud(options: StandingOptions): Promise<StandingCloud> {
  const { folder, ports, region, listen } = options;
  const stopUsing = useAlone(folder);
  const database = new Database(join(folder, "state.mdb"));
  chmodSync(join(folder, "state.mdb"), 0o600);
  const close = async () => {
    await database.close();
    stopUsing();
  };
  try {
    const keys = ownKeys(database);
    const cloud = await startCloud({ region, ports, tables: database, keys, reach: reach(listen) });
    cloud.createBucket(options.bucket);
    for (const thing of options.things) provision(cloud, thing, options);
    if (options.group !== undefined) cloud.createGroup(options.group, options.things);
    const files = writeFiles(cloud, options);
    return {
      cloud,
      files,
      stop: async () => {
        await cloud.stop();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Clients are told an address that they can use: this machine's first, where it listens at all. */
function reach(listen: string) {
  const own = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const addresses = own.filter(({ family }) => family === "IPv4");
  const [outside] = addresses.filter(({ internal }) => !internal);
  const host = listen === "0.0.0.0" ? (outside?.address ?? loopback) : listen;
  return { listen, host, alsoKnownAs: [...addresses.map(({ address }) => address), hostname()] };
}

/** What is there stays: a board may have it. */
function provision(cloud: Cloud, thing: string, { folder, keyKind }: StandingOptions): void {
  cloud.createThing(thing);
  // A colon is no character of every file system.
  const own = join(folder, "things", thing.replaceAll(":", "%3A"));
  if (existsSync(join(own, "cert.pem"))) return;
  const { cert, key } = cloud.issueTrackerCertificate(thing, keyKind);
  makeFolder(join(folder, "things"));
  makeFolder(own);
  writeFileSync(join(own, "key.pem"), key, { mode: 0o600 });
  writeFileSync(join(own, "cert.pem"), cert);
}

function writeFiles(cloud: Cloud, { folder, bucket }: StandingOptions): StandingCloud["files"] {
  const files = { env: join(folder, "env"), ca: join(folder, "ca.pem") };
  writeFileSync(files.ca, cloud.ca);
  writeFileSync(files.env, environmentOf(cloud, { caFile: files.ca, bucket }), { mode: 0o600 });
  return files;
}
