#!/usr/bin/env node
// What `npx fota` runs: main.ts, by way of tsx.
import { register } from "tsx/esm/api";

register();
await import("./main.ts");
