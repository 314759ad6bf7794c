/// <reference path="../../../firmware/platforms/moddable/modules.d.ts" />

/** A global of the board, and the file under test, which script.ts puts in. */
declare function trace(text: string): void;

interface ArrayBufferConstructor {
  /** XS: the text as UTF-8. */
  fromString(text: string): ArrayBuffer;
}

declare module "hex-file" {
  export const hexText: string;
}
