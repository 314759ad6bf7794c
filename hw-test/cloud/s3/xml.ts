/** An element with text in it, escaped. */
export function text(name: string, value: string | number | boolean): string {
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}

/** An element with others in it. */
export function element(name: string, ...children: readonly string[]): string {
  return `<${name}>${children.join("")}</${name}>`;
}

export function xml(content: string): Buffer {
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${content}`);
}

export function escapeXml(value: string): string {
  return value.replace(/[&<>"'\r\n]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * What stands in each element of that name, one behind the other: enough for the flat lists that
 * CompleteMultipartUpload and DeleteObjects send, no XML reader.
 */
export function contentsOf(source: string, name: string): string[] {
  const pattern = new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`, "g");
  return [...source.matchAll(pattern)].map(([, content = ""]) => content);
}

/** The text of the first element of that name. */
export function textOf(source: string, name: string): string | undefined {
  const [content] = contentsOf(source, name);
  return content === undefined ? undefined : unescapeXml(content.trim());
}

const named: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

function unescapeXml(value: string): string {
  return value.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return named[name] ?? whole;
  });
}
