import "./buffer.ts";
import { hexText } from "hex-file";
import intelHex from "intel-hex";
import { addTo, report } from "./report.ts";

report(() => addTo(0, intelHex.parse(hexText, undefined, 0x10000).data));
