import { linkProfiles } from "../../hw-test/trackers/link-profile.ts";
import { nrf9160FlashTiming, operationMs } from "../../hw-test/trackers/virtual/flash-timing.ts";
import type { VirtualTracker } from "../../hw-test/trackers/virtual/tracker.ts";
import type { Figure } from "../figure.ts";
import type { Images } from "../memory/pool.ts";
import type { BenchRig } from "../tracker/rig.ts";
import { oneUpdate } from "./one-update.ts";

const link = linkProfiles["lte-m"];
const PAGE_BYTES = 4096;

/** An update over a modelled LTE-M link into flash as slow as an nRF9160's, in real time. */
export async function linkTime(rig: BenchRig, images: Images): Promise<Figure[]> {
  const tracker = await oneUpdate(rig, images, { link, flashTiming: nrf9160FlashTiming });
  const linkSeconds = (images.to.hex.length * 8) / link.bitsPerSecond;
  const flashSeconds = flashMs(tracker) / 1000;
  const least = Math.max(linkSeconds, flashSeconds);
  const written = secondsBetween(tracker, /held -> downloading/, /downloading -> verifying/);
  const verified = secondsBetween(tracker, /held -> downloading/, /verifying -> armed/);
  return [
    { name: "the file at the link's full rate", value: linkSeconds, unit: "s" },
    { name: "its flash operations alone", value: flashSeconds, unit: "s" },
    { name: "download and write, TLS set-up included", value: written, unit: "s" },
    {
      name: "the same / the longer of the two",
      value: written / least,
      unit: "",
      goal: { atMost: 1.1 },
    },
    { name: "with verification / the longer of the two", value: verified / least, unit: "" },
  ];
}

function flashMs(tracker: VirtualTracker): number {
  const { erases, bytesWritten } = tracker.flashMeters.firmware.total("image-1");
  const erase = operationMs(nrf9160FlashTiming, {
    kind: "erase",
    address: 0,
    byteLength: PAGE_BYTES,
  });
  const write = { kind: "write", address: 0, byteLength: bytesWritten } as const;
  return erases * erase + operationMs(nrf9160FlashTiming, write);
}

function secondsBetween(tracker: VirtualTracker, from: RegExp, to: RegExp): number {
  const atMs = (pattern: RegExp): number => {
    const line = tracker.consoleLines.find(({ text }) => pattern.test(text));
    if (line === undefined) throw new Error(`the tracker never said ${pattern}`);
    return line.atMs;
  };
  return (atMs(to) - atMs(from)) / 1000;
}
