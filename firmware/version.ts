/** What this firmware is, for example `1.0.1`; rollup.config.mjs compiles the real one in. */
export const FIRMWARE_VERSION: string = "0.0.0-dev";
