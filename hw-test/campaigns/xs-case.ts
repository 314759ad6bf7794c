/** One run on the virtual tracker: real XS, real sockets, the C bootloader. */
export interface XsCase {
  readonly campaign: string;
  readonly name: string;
  /** @returns power cuts that came */
  readonly run: () => Promise<number>;
}
