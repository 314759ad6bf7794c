import { parseFault } from "../../hw-test/trackers/virtual/faults.ts";
import type { VirtualTracker } from "../../hw-test/trackers/virtual/tracker.ts";
import type { Figure } from "../figure.ts";
import type { Images } from "../memory/pool.ts";
import type { BenchRig } from "../tracker/rig.ts";
import { oneUpdate } from "./one-update.ts";
import { storeLog } from "./store-log.ts";

const PAGE_BYTES = 4096;
const DROPS = 8;

/** Flash operations and bytes on the air, of a clean update and of one with a bad connection. */
export async function wearAndAir(rig: BenchRig, images: Images): Promise<Figure[]> {
  const hexBytes = images.to.hex.length;
  const pages = Math.ceil(images.to.image.byteLength / PAGE_BYTES);
  const clean = await oneUpdate(rig, images);
  const { erases, writes, maxErasesPerPage } = clean.flashMeters.firmware.total("image-1");
  const air = receivedBytes(clean);
  const dropped = await oneUpdate(rig, images, { faults: drops(hexBytes) });
  const cut = await oneUpdate(rig, images, { faults: [parseFault("power@flash:60")] });
  const pageOfHex = Math.ceil((hexBytes / images.to.image.byteLength) * PAGE_BYTES);
  return [
    { name: "pages of the new image", value: pages, unit: "pages" },
    {
      name: "erases of the secondary slot, by the firmware",
      value: erases,
      unit: "erases",
      goal: { atMost: pages },
    },
    { name: "erases of one page", value: maxErasesPerPage, unit: "erases", goal: { atMost: 1 } },
    { name: "writes to the secondary slot", value: writes, unit: "writes" },
    {
      name: "journal writes a page",
      value: progressWrites(clean) / pages,
      unit: "writes",
      goal: { atMost: 1 },
    },
    { name: "bytes on air / HEX file", value: air / hexBytes, unit: "", goal: { atMost: 1.02 } },
    {
      name: `bytes received again for each of ${DROPS} drops`,
      value: (receivedBytes(dropped) - air) / DROPS,
      unit: "bytes",
      goal: { atMost: pageOfHex },
    },
    {
      name: "bytes received again after a power cut",
      value: receivedBytes(cut) - air,
      unit: "bytes",
      // What the modem had received and the tracker had not yet taken is lost as well.
      goal: { atMost: 2 * pageOfHex },
    },
  ];
}

function drops(hexBytes: number) {
  return Array.from({ length: DROPS }, (_, index) =>
    parseFault(`drop@byte:${Math.round(((index + 0.5) * hexBytes) / DROPS)}`),
  );
}

function receivedBytes(tracker: VirtualTracker): number {
  return tracker.traffic.files.toTrackerBytes;
}

function progressWrites(tracker: VirtualTracker): number {
  const log = storeLog(tracker.flashFile.read("storage"));
  return log.filter(({ name, isDeleted }) => name.endsWith("/progress") && !isDeleted).length;
}
