import { writeFileSync } from "node:fs";
import { deviceBundles, makeNotice } from "./notice.ts";

// npm run notice

writeFileSync(new URL("../../NOTICE", import.meta.url), makeNotice(await deviceBundles()));
