import { hexText, expectedBytes } from "hex-file";
import MemoryMap from "nrf-intel-hex";
let out;
const n = meter(() => { out = MemoryMap.fromHex(hexText); });
let bytes = 0; for (const [a, b] of out) bytes += b.length;
trace(JSON.stringify({ lib: "nrf-intel-hex", n, bytes, expectedBytes, perChar: n / hexText.length }) + "\n");
