import { render } from "preact";
import type { RunEvent } from "../record/run-event.ts";
import { App } from "./app.tsx";
import { Feed } from "./feed.ts";

const embedded = JSON.parse(document.getElementById("events")?.textContent ?? "null");
const page = document.getElementById("page");
if (page === null) throw new Error("no place for the page");
const feed = new Feed((embedded ?? []) as RunEvent[]);
if (embedded === null) feed.listen();
render(<App feed={feed} isLive={embedded === null} />, page);
