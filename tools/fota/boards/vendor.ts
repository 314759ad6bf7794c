/** A program and its arguments; no shell is involved. */
export type Command = readonly [program: string, ...args: readonly string[]];

export interface BuildOrder {
  readonly version: string;
  /** `id=point …` of the keys that it trusts. */
  readonly trust: string;
  /** Folder of the application, with a manifest.json. */
  readonly app: string;
}

export interface FlashOrder {
  readonly file: string;
  /** Serial port. */
  readonly port: string | undefined;
  /** Of the debug probe. */
  readonly serialNumber: string | undefined;
  /** Folder of a Zephyr build. */
  readonly buildFolder: string | undefined;
}

export interface FlashTool {
  /** How the file's name has to end. */
  readonly ending: ".hex" | ".bin";
  /** Options of `fota flash` that it cannot do without. */
  readonly needs: readonly ("port" | "buildFolder")[];
  readonly command: (order: FlashOrder) => Command;
}

export interface VendorBoard {
  /** For people. */
  readonly about: string;
  readonly build: (order: BuildOrder) => readonly Command[];
  /** The first is taken unless another is asked for. */
  readonly tools: Readonly<Record<string, FlashTool>>;
}

export type VendorBoardName = "nrf52840dk" | "esp32";

/** nrfutil device's own words, "Programming options": pages that the file has, and no others. */
const NRFUTIL_OPTIONS =
  "chip_erase_mode=ERASE_RANGES_TOUCHED_BY_FIRMWARE,verify=VERIFY_READ,reset=RESET_SYSTEM";

const nrfutil: FlashTool = Object.freeze({
  ending: ".hex",
  needs: [],
  command: ({ file, serialNumber }: FlashOrder): Command => [
    ...([
      "nrfutil",
      "device",
      "program",
      "--firmware",
      file,
      "--options",
      NRFUTIL_OPTIONS,
    ] as const),
    ...(serialNumber === undefined ? [] : ["--serial-number", serialNumber]),
  ],
});

const west: FlashTool = Object.freeze({
  ending: ".hex",
  needs: ["buildFolder"] as const,
  command: ({ file, buildFolder = "" }: FlashOrder): Command => [
    ...([
      "west",
      "flash",
      "--skip-rebuild",
      "--build-dir",
      buildFolder,
      "--hex-file",
      file,
    ] as const),
  ],
});

const openocd: FlashTool = Object.freeze({
  ending: ".hex",
  needs: [],
  command: ({ file, serialNumber }: FlashOrder): Command => [
    ...(["openocd", "-f", "interface/jlink.cfg"] as const),
    ...(serialNumber === undefined ? [] : ["-c", `adapter serial ${serialNumber}`]),
    ...["-c", "transport select swd", "-f", "target/nrf52.cfg"],
    ...["-c", `program {${file}} verify reset exit`],
  ],
});

/** ESP-IDF's default partition table: the first application. */
const ESP32_APPLICATION = "0x10000";

const esptool: FlashTool = Object.freeze({
  ending: ".bin",
  needs: ["port"] as const,
  command: ({ file, port = "" }: FlashOrder): Command => [
    ...(["esptool", "--chip", "esp32", "--port", port, "--baud", "460800"] as const),
    ...["write_flash", ESP32_APPLICATION, file],
  ],
});

/** docs/porting.md, "The Moddable SDK": the client's module, then the application. */
function mcconfig(platform: string): (order: BuildOrder) => readonly Command[] {
  return ({ version, trust, app }) => [
    [
      ...(["npx", "rollup", "-c", "firmware/platforms/moddable/rollup.config.mjs"] as const),
      ...["--configFlavour", "native"],
    ],
    [
      ...(["mcconfig", "-m", "-p", platform, `${app}/manifest.json`] as const),
      ...[`version=${version}`, `trust=${trust}`],
    ],
  ];
}

/** Boards of others, by the programs of their makers. */
export const vendorBoards: Readonly<Record<VendorBoardName, VendorBoard>> = Object.freeze({
  nrf52840dk: {
    about: "Nordic nRF52840 DK with Zephyr and MCUboot",
    build: mcconfig("zephyr/nrf52840dk"),
    tools: { nrfutil, west, openocd },
  },
  esp32: {
    about: "ESP32; the client does not run there yet (docs/porting.md)",
    build: mcconfig("esp32"),
    tools: { esptool },
  },
});
