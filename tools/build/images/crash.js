// An image that boots, starts, and throws: the bootloader must revert it at the next reset.
// JavaScript, as it runs on a board: the type check of hw-test knows Node's modules only.
import "../../../firmware/main.ts";

throw new Error("this image throws at start");
