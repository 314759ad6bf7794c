/**
 * The rooms of the repository outside `firmware/`, and what each may import besides itself and
 * `firmware/`'s shared files where it names `firmware`. docs/architecture.md shows the same table.
 * The longest name that a path begins with is its room.
 */
export const rooms: Readonly<Record<string, readonly string[]>> = Object.freeze({
  "tools/command-line": [],
  "tools/image": ["firmware", "tools/keys"],
  // The board program compiles scripts to bytecode: the one door of the rig that tools use.
  "tools/build": ["tools/image", "tools/keys", "tools/command-line", "hw-test/board/program.ts"],
  // What the command shows of boards and bootloaders is what the rig's own do: no second copy.
  "tools/fota": [
    "firmware",
    "tools/command-line",
    "tools/image",
    "tools/keys",
    "tools/patch",
    "tools/build",
    "hw-test/desk",
    "hw-test/trackers",
    "hw-test/cloud/program.ts",
  ],
  "tools/keys": [],
  "tools/patch": ["firmware"],
  "tools/structure": [],
  "tools/test": [],

  "hw-test/board": ["tools/command-line"],
  "hw-test/dev-kit": ["tools/command-line", "hw-test/board"],
  "hw-test/driver.ts": ["firmware", "tools/image"],
  "hw-test/trackers": [
    "firmware",
    "hw-test/driver.ts",
    "hw-test/board",
    "hw-test/desk",
    "hw-test/dev-kit",
    "tools/image",
    "tools/command-line",
  ],
  "hw-test/cloud": ["tools/command-line"],
  "hw-test/model": ["firmware"],
  "hw-test/desk": [
    "firmware",
    "hw-test/model",
    "hw-test/cloud",
    "tools/image",
    "tools/keys",
    "tools/patch",
  ],
  "hw-test/web": [
    "hw-test/trackers",
    "hw-test/cloud",
    "tools/build",
    "tools/image",
    "tools/command-line",
  ],
  "hw-test/fleet": [
    "firmware",
    "hw-test/driver.ts",
    "hw-test/desk",
    "hw-test/model",
    "hw-test/cloud",
    "hw-test/trackers",
    "hw-test/run",
    "tools/build",
    "tools/command-line",
  ],
  "hw-test/run": [
    "firmware",
    "hw-test/driver.ts",
    "hw-test/trackers",
    "hw-test/cloud",
    "hw-test/web",
    "tools/build",
    "tools/image",
    "tools/patch",
    "tools/command-line",
  ],
  "hw-test/moddable-lin": [
    "hw-test/board",
    "hw-test/cloud",
    "hw-test/run",
    "tools/image",
    "tools/keys",
    "tools/command-line",
  ],
  "hw-test/features": [
    "firmware",
    "hw-test/driver.ts",
    "hw-test/trackers",
    "hw-test/cloud",
    "hw-test/model",
    "tools/build",
    "tools/command-line",
    "tools/image",
    "tools/patch",
  ],
  "hw-test/campaigns": [
    "firmware",
    "hw-test/desk",
    "hw-test/model",
    "hw-test/run",
    "hw-test/trackers",
    "hw-test/cloud",
    "tools/build",
    "tools/image",
    "tools/patch",
    "tools/command-line",
  ],

  benchmarks: [
    "firmware",
    "hw-test/run",
    "hw-test/trackers",
    "hw-test/cloud",
    "hw-test/board",
    "hw-test/dev-kit",
    "tools/build",
    "tools/image",
    "tools/patch",
    "tools/command-line",
  ],
});

/** @returns undefined for what is no room: a file at the top, a package */
export function roomOf(path: string): string | undefined {
  const found = Object.keys(rooms).filter((room) => path === room || path.startsWith(`${room}/`));
  if (found.length > 0) return found.sort((one, other) => other.length - one.length)[0];
  return path.startsWith("firmware/") ? "firmware" : undefined;
}

/** Whether a file of `room` may import `target`, a path of the repository. */
export function mayImport(room: string, target: string): boolean {
  const allowed = [room, ...(rooms[room] ?? [])];
  return allowed.some((one) => target === one || target.startsWith(`${one}/`));
}
