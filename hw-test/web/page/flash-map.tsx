import { useState } from "preact/hooks";
import { PAGE_BYTES, type Partition, partitions } from "../../../tools/image/memory-map.ts";
import type { Boot, Content, SlotName } from "../record/run-event.ts";
import type { PageScene, Scene } from "../record/scene.ts";
import { address, seconds } from "./text.ts";

const COLUMNS = 16;

const words: Readonly<Record<Content, string>> = {
  erased: "erased",
  old: "old image",
  new: "new image",
  both: "same in both images",
  other: "other data",
};

type Titles = Readonly<Partial<Record<Partition["name"], string>>>;

/** What is shown, by the scheme: ESP-IDF's otadata is in the bootloader's place. */
const titles: Readonly<Record<Boot, Titles>> = {
  mcuboot: {
    bootloader: "Bootloader",
    "image-0": "Primary slot",
    "image-1": "Secondary slot",
    unused: "Unused",
    storage: "Storage (journal)",
  },
  "esp-idf": {
    bootloader: "Bootloader; otadata at 0x0d000",
    "image-0": "ota_0",
    "image-1": "ota_1",
    unused: "Unused",
    storage: "Storage (journal)",
  },
};

const steps: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowUp: -COLUMNS,
  ArrowDown: COLUMNS,
};

/** The flash, a square a page. */
export function FlashMap({ scene }: { readonly scene: Scene }) {
  const [chosen, setChosen] = useState<number>();
  const page = chosen ?? scene.busyPage ?? 0;
  const text = describePage(page, scene.pages[page]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    setChosen(Math.min(scene.pages.length - 1, Math.max(0, page + step)));
  };
  return (
    <section aria-labelledby="flash-title" class="flash">
      <h2 id="flash-title">Flash</h2>
      <div
        id="map"
        class="map"
        role="slider"
        tabIndex={0}
        aria-label="Page of flash"
        aria-valuemin={0}
        aria-valuemax={scene.pages.length - 1}
        aria-valuenow={page}
        aria-valuetext={text}
        onKeyDown={onKeyDown}
      >
        {Object.values(partitions).map((partition) => {
          const title = titles[scene.run?.boot ?? "mcuboot"][partition.name];
          if (title === undefined) return null;
          const props = { partition, title, scene, chosen, setChosen };
          return <PartitionMap {...props} key={partition.name} />;
        })}
      </div>
      <p class="detail">{text}</p>
      <ul class="legend">
        {(Object.keys(words) as Content[]).map((content) => (
          <li key={content}>
            <span class={`cell ${content}`} /> {words[content]}
          </li>
        ))}
        <li>
          <span class="cell erased bootloader" /> changed by the bootloader since power-on
        </li>
        <li>
          <span class="cell erased firmware" /> changed by the firmware since then
        </li>
      </ul>
    </section>
  );
}

interface PartitionProps {
  readonly partition: Partition;
  readonly title: string;
  readonly scene: Scene;
  readonly chosen: number | undefined;
  readonly setChosen: (page: number) => void;
}

function PartitionMap({ partition, title, scene, chosen, setChosen }: PartitionProps) {
  const { name, offset, byteLength } = partition;
  const first = offset / PAGE_BYTES;
  const pages = scene.pages.slice(first, first + byteLength / PAGE_BYTES);
  return (
    <div class={`partition ${name}`}>
      <h3>
        {title} <small>{address(offset)}</small>
      </h3>
      <div class="cells">
        {pages.map((page, index) => {
          const number = first + index;
          const classes = ["cell", page.content, workedOnBy(page, scene)];
          if (number === scene.busyPage) classes.push("busy");
          if (number === chosen) classes.push("chosen");
          return (
            // biome-ignore lint/a11y: the map around it is what has the keyboard and the words
            <span
              key={number}
              data-page={number}
              class={classes.join(" ")}
              title={describePage(number, page)}
              onClick={() => setChosen(number)}
            />
          );
        })}
      </div>
      {(name === "image-0" || name === "image-1") && <TrailerText name={name} scene={scene} />}
    </div>
  );
}

function TrailerText({ name, scene }: { readonly name: SlotName; readonly scene: Scene }) {
  if (scene.run?.boot === "esp-idf") return <OtadataText name={name} scene={scene} />;
  const trailer = scene.trailers.get(name);
  if (trailer === undefined) return <Notes lines={["trailer: not read yet"]} />;
  const { magic, swapType, copyDone, imageOk } = trailer;
  const lines = [
    `trailer: magic ${magic}`,
    `swap ${swapType}`,
    `copy_done ${copyDone}`,
    `image_ok ${imageOk}`,
  ];
  return <Notes lines={lines} />;
}

/** What otadata has of a partition: its entries count, and the partition follows from the number. */
function OtadataText({ name, scene }: { readonly name: SlotName; readonly scene: Scene }) {
  const own = scene.otadata.filter((entry) => (entry?.slot === 0) === (name === "image-0"));
  const texts = own.flatMap((entry) =>
    entry === null
      ? []
      : [`otadata: number ${entry.seq}, ${entry.state}${entry.isSound ? "" : ", CRC bad"}`],
  );
  return <Notes lines={texts.length === 0 ? ["otadata: no entry"] : texts} />;
}

/** What the bootloader has written of a slot; room for four lines of it in any case. */
function Notes({ lines }: { readonly lines: readonly string[] }) {
  return (
    <ul class="trailer">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

/** Since the power came on or the tracker was reset. */
function workedOnBy({ last }: PageScene, { poweredAtMs }: Scene): string {
  return last !== undefined && last.atMs >= poweredAtMs ? last.actor : "";
}

function describePage(number: number, page: PageScene | undefined): string {
  if (page === undefined) return "";
  const { content, erases, writes, last } = page;
  const extent = last?.extent === "all" ? "" : ` (${last?.extent} of it took place)`;
  const end =
    last === undefined
      ? ""
      : `; last ${last.operation} by the ${last.actor} at ${seconds(last.atMs)}${extent}`;
  return `${address(number * PAGE_BYTES)}: ${words[content]}, ${erases} erases, ${writes} writes${end}`;
}
