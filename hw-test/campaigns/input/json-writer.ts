import type { Random } from "../../desk/random.ts";

/** One of the many ways to write `value`: white space, escapes and numbers as chance has it. */
export function writeJson(value: unknown, random: Random): string {
  return `${space(random)}${written(value, random)}${space(random)}`;
}

function written(value: unknown, random: Random): string {
  if (typeof value === "string") return writtenText(value, random);
  if (typeof value === "number") return writtenNumber(value, random);
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) {
    return `[${value.map((item) => writeJson(item, random)).join(",") || space(random)}]`;
  }
  const fields = Object.entries(value).map(
    ([name, item]) =>
      `${space(random)}${writtenText(name, random)}${space(random)}:${writeJson(item, random)}`,
  );
  return `{${fields.join(",") || space(random)}}`;
}

function space(random: Random): string {
  return random.pick(["", "", "", " ", "\n", "\t", "\r\n", "  \t "]);
}

function writtenText(text: string, random: Random): string {
  // All escaped, now and then, or hardly any.
  const odds = random.pick([1, 3, 40]);
  let result = '"';
  // By code points, so that a whole pair may stand as it is.
  for (const character of text) {
    if (random.below(odds) > 0) result += plain(character);
    else for (const unit of character.split("")) result += escapedUnit(unit, random);
  }
  return `${result}"`;
}

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "/": "\\/",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function escapedUnit(unit: string, random: Random): string {
  const short = shortEscapes[unit];
  if (short !== undefined && random.below(2) === 0) return short;
  const digits = unit.charCodeAt(0).toString(16).padStart(4, "0");
  return `\\u${random.below(2) === 0 ? digits : digits.toUpperCase()}`;
}

/** Escaped only where it must be: half a surrogate pair has no form of its own in UTF-8. */
function plain(character: string): string {
  const code = character.charCodeAt(0);
  if (character === '"' || character === "\\") return `\\${character}`;
  const isHalf = character.length === 1 && code >= 0xd800 && code <= 0xdfff;
  return code < 0x20 || isHalf ? `\\u${code.toString(16).padStart(4, "0")}` : character;
}

function writtenNumber(value: number, random: Random): string {
  const plainly = JSON.stringify(value);
  switch (random.below(5)) {
    case 0:
      return value.toExponential().replace("e", random.pick(["e", "E"]));
    case 1:
      return /^-?\d+$/.test(plainly)
        ? `${plainly}${random.pick([".0", ".000", "e0", "E-0"])}`
        : plainly;
    case 2:
      return /^-?\d+\.\d+$/.test(plainly) ? `${plainly}00` : plainly;
    default:
      return plainly;
  }
}
