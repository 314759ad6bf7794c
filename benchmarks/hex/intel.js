import { hexText, expectedBytes } from "hex-file";
import "./buffer.js";
import intelHex from "intel-hex";
let out;
const n = meter(() => { out = intelHex.parse(hexText, undefined, 0x10000); });
trace(JSON.stringify({ lib: "intel-hex", n, bytes: out.data.length, expectedBytes, perChar: n / hexText.length }) + "\n");
