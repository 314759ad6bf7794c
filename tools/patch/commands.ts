import { Matches } from "./matches.ts";

/** What makes the next bytes of the new image. Offsets and lengths in bytes. */
export interface Command {
  /** In the old image: what `copy` bytes of the new one differ little from. */
  readonly oldAt: number;
  /** In the new image. */
  readonly newAt: number;
  readonly copy: number;
  /** Bytes behind them that have no counterpart. */
  readonly extra: number;
}

/** A match is worth a new command if it agrees in so many bytes more than going on would. */
const GAIN_BYTES = 8;

/** A match that is worth a command: `next` from `newAt` on is like `old` from `oldAt` on. */
interface Anchor {
  readonly newAt: number;
  readonly oldAt: number;
}

/**
 * The new image as approximate copies of the old one (Percival, "Naive Differences of Executable Code",
 * 2003): exact matches that a change of code left, stretched over the bytes around them as long as
 * most of these agree, since what differs there are mostly addresses.
 */
export function commandsFor(old: Uint8Array, next: Uint8Array): Command[] {
  const commands: Command[] = [];
  let start: Anchor = { newAt: 0, oldAt: 0 };
  for (const anchor of [...anchorsOf(old, next), { newAt: next.length, oldAt: -1 }]) {
    const limit = anchor.newAt - start.newAt;
    const length = forwards(old, next, start, limit);
    const back = anchor.oldAt < 0 ? 0 : backwards(old, next, anchor, limit);
    const overlap = length + back - limit;
    const kept = overlap > 0 ? betterSplit(old, next, { start, anchor, length, overlap }) : 0;
    const copy = overlap > 0 ? length - overlap + kept : length;
    const stretched = overlap > 0 ? back - kept : back;
    commands.push({
      oldAt: start.oldAt,
      newAt: start.newAt,
      copy,
      extra: limit - copy - stretched,
    });
    start = { newAt: anchor.newAt - stretched, oldAt: anchor.oldAt - stretched };
  }
  return commands.filter(({ copy, extra }) => copy + extra > 0);
}

/** Matches that agree better than the one before them goes on to. */
function anchorsOf(old: Uint8Array, next: Uint8Array): Anchor[] {
  const matches = new Matches(old);
  const anchors: Anchor[] = [];
  let shift = 0;
  let at = 0;
  while (at < next.length) {
    const found = nextAnchor({ matches, old, next }, at, shift);
    if (found.isNew) anchors.push({ newAt: found.newAt, oldAt: found.oldAt });
    if (found.isNew) shift = found.oldAt - found.newAt;
    at = found.newAt + found.length;
  }
  return anchors;
}

interface Images {
  readonly matches: Matches;
  readonly old: Uint8Array;
  readonly next: Uint8Array;
}

/**
 * The first place from `at` on where a match either is what going on by `shift` gives too, or beats it.
 */
function nextAnchor(images: Images, at: number, shift: number) {
  const { matches, old, next } = images;
  // Bytes from `scan` to `scored` that agree with the old image by `shift`.
  let score = 0;
  let scored = at;
  for (let scan = at; scan < next.length; scan++) {
    const { at: oldAt, length } = matches.longest(next, scan);
    for (; scored < scan + length; scored++) if (old[scored + shift] === next[scored]) score += 1;
    if (length > 0 && length === score) return { newAt: scan, oldAt, length, isNew: false };
    if (length > score + GAIN_BYTES) return { newAt: scan, oldAt, length, isNew: true };
    if (scored > scan && old[scan + shift] === next[scan]) score -= 1;
    scored = Math.max(scored, scan + 1);
  }
  return { newAt: next.length, oldAt: 0, length: 0, isNew: false };
}

/** How far a copy from `start` on is worth it: as long as more than half of the bytes agree. */
function forwards(old: Uint8Array, next: Uint8Array, start: Anchor, limit: number): number {
  const most = Math.min(limit, old.length - start.oldAt);
  return longestWorth(most, (step) => old[start.oldAt + step] === next[start.newAt + step]);
}

/** The same from `anchor` back. */
function backwards(old: Uint8Array, next: Uint8Array, anchor: Anchor, limit: number): number {
  const most = Math.min(limit, anchor.oldAt);
  return longestWorth(
    most,
    (step) => old[anchor.oldAt - 1 - step] === next[anchor.newAt - 1 - step],
  );
}

function longestWorth(most: number, agrees: (step: number) => boolean): number {
  let same = 0;
  let best = 0;
  let bestScore = 0;
  for (let length = 1; length <= most; length++) {
    if (agrees(length - 1)) same += 1;
    const score = same * 2 - length;
    if (score > bestScore) {
      bestScore = score;
      best = length;
    }
  }
  return best;
}

/** Of the bytes that both copies could give: how many the first had better keep. */
function betterSplit(
  old: Uint8Array,
  next: Uint8Array,
  both: { start: Anchor; anchor: Anchor; length: number; overlap: number },
): number {
  const { start, anchor, length, overlap } = both;
  const from = start.newAt + length - overlap;
  const shift = anchor.oldAt - anchor.newAt;
  let score = 0;
  let best = 0;
  let bestScore = 0;
  for (let step = 0; step < overlap; step++) {
    const at = from + step;
    if (old[at - start.newAt + start.oldAt] === next[at]) score += 1;
    if (old[at + shift] === next[at]) score -= 1;
    if (score > bestScore) {
      bestScore = score;
      best = step + 1;
    }
  }
  return best;
}
