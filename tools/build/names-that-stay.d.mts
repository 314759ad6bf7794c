/** @returns terser's form of it: a dollar before each name */
export function shortNames(
  names: readonly string[],
  code: string,
): Readonly<Record<string, string>>;
