import { makeEspImage, readEspImage } from "./esp-image.ts";
import { imageHash, makeImage, readImage } from "./mcuboot.ts";

/** Which bootloader a tracker has, and with it the form of its images. */
export type BootName = "mcuboot" | "esp-idf";

export const bootNames: readonly BootName[] = Object.freeze(["mcuboot", "esp-idf"]);

export interface FormatOrder {
  readonly body: Uint8Array;
  readonly version: string;
  readonly securityCounter?: number | undefined;
}

/** Images for one bootloader, as tools make and read them. */
export interface Format {
  /** For people: what an image has at its start. */
  readonly header: string;
  readonly make: (order: FormatOrder) => Uint8Array;
  /** @returns undefined where no well-formed image starts */
  readonly versionOf: (bytes: Uint8Array) => string | undefined;
  /** What the tracker knows it by; undefined where no well-formed image starts. */
  readonly hashOf: (bytes: Uint8Array) => string | undefined;
}

export const formats: Readonly<Record<BootName, Format>> = Object.freeze({
  mcuboot: {
    header: "MCUboot header",
    make: (order) => makeImage(counted(order)),
    versionOf: (bytes) => readImage(bytes)?.version,
    hashOf: imageHash,
  },
  "esp-idf": {
    header: "ESP-IDF header",
    make: (order) => makeEspImage(counted(order)),
    versionOf: (bytes) => readEspImage(bytes)?.version,
    hashOf: (bytes) => readEspImage(bytes)?.digest,
  },
});

function counted({ body, version, securityCounter }: FormatOrder) {
  return { body, version, ...(securityCounter !== undefined && { securityCounter }) };
}
