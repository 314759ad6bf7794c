import { hexText } from "hex-file";
import { report } from "./report.ts";

/** What a script costs that only has the file. */
report(() => hexText.length);
