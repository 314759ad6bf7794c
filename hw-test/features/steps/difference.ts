/**
 * The first place where `found` is not `wanted`, in one line; undefined if there is none.
 * @param extra `allowed`: objects may have more fields than wanted, at every depth
 */
export function difference(
  wanted: unknown,
  found: unknown,
  { extra, at = "" }: { readonly extra: "allowed" | "refused"; readonly at?: string },
): string | undefined {
  const place = at === "" ? "" : `${at}: `;
  if (Array.isArray(wanted)) {
    if (!Array.isArray(found)) return `${place}expected a list, found ${show(found)}`;
    if (found.length !== wanted.length) {
      return `${place}expected ${wanted.length} elements, found ${found.length}`;
    }
    return first(wanted.keys(), (index) =>
      difference(wanted[index], found[index], { extra, at: `${at}[${index}]` }),
    );
  }
  if (isRecord(wanted)) {
    if (!isRecord(found)) return `${place}expected an object, found ${show(found)}`;
    const names = Object.keys(extra === "allowed" ? wanted : { ...wanted, ...found });
    return first(names, (name) =>
      difference(wanted[name], found[name], { extra, at: at === "" ? name : `${at}.${name}` }),
    );
  }
  return Object.is(wanted, found)
    ? undefined
    : `${place}expected ${show(wanted)}, found ${show(found)}`;
}

function first<T>(items: Iterable<T>, find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Longer values say nothing more to a reader. */
const showMaxChars = 200;

export function show(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length <= showMaxChars ? text : `${text.slice(0, showMaxChars)}…`;
}
