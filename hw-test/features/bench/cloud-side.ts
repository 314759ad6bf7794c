/** What every client of the AWS SDK takes. */
export interface SdkClientOptions {
  readonly region: string;
  /** Left out for the SDK's own endpoint of the region. */
  readonly endpoint?: string;
  /** Left out for the SDK's own search: environment, profile, role. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Says how to reach a service. @throws Error for a package this cloud does not serve */
export type SdkOptionsOf = (packageName: string) => SdkClientOptions;

/** PEM. */
export interface TrackerCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface Registered {
  /** Thing name, certificate's CN and MQTT client id. */
  readonly id: string;
  readonly arn: string;
  readonly certificate: TrackerCertificate;
}

/** Where trackers publish, and who vouches for it. */
export interface BrokerAddress {
  /** The name in its certificate. */
  readonly hostName: string;
  readonly port: number;
  /** Where to connect to reach it: on this machine that is another host and port. */
  readonly reachedAt: { readonly host: string; readonly port: number };
  /** PEM. */
  readonly ca: string;
}

/** What the steps need from a cloud, local or AWS itself. */
export interface CloudSide {
  /** What features may name in `${…}` from the start. */
  readonly values: Readonly<Record<string, string>>;
  readonly sdkOptionsOf: SdkOptionsOf;
  readonly broker: BrokerAddress;
  /** PEM of who vouches for the file server. */
  readonly filesCa: string;
  /** The port on 127.0.0.1 that stands for a host, for the virtual tracker. */
  readonly resolve: (host: string, port: number) => number | undefined;
  /** A thing of this name with a certificate that lets it talk to its own Jobs topics. */
  register(id: string): Promise<Registered>;
  /** Moves the cloud's clock on. @throws Error where that is nobody's to do */
  advanceClock(byMs: number): void;
  /** What between trackers and cloud has failed, for the report of a step that fails meanwhile. */
  readonly trouble?: () => string | undefined;
  /** Frees what the run made, and ends what it started. */
  stop(): Promise<void>;
}
