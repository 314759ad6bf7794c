/** The part of `intel-hex` that tests use it for, as an oracle; the package has no types. */
declare module "intel-hex" {
  interface Parsed {
    readonly data: Uint8Array;
  }
  /** @param addressOffset address of the first byte of `data` */
  function parse(text: string, bufferSize: number | undefined, addressOffset: number): Parsed;
  const intelHex: { readonly parse: typeof parse };
  export default intelHex;
}
