/** Globals of `tracker-board bench`, and the file under test, which script.ts puts in. */
declare function trace(text: string): void;
/** Byte codes that `work` executes; what native functions do inside counts next to nothing. */
declare function meter(work: () => void): number;

interface ArrayBufferConstructor {
  /** XS: the text as UTF-8. */
  fromString(text: string): ArrayBuffer;
}

declare module "hex-file" {
  export const hexText: string;
}
