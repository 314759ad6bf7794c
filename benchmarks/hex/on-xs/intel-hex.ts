import "./buffer.ts";
import { hexText } from "hex-file";
import intelHex from "intel-hex";
import { report } from "./report.ts";

report(() => intelHex.parse(hexText, undefined, 0x10000).data.length);
