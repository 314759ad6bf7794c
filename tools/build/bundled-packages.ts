/**
 * Names of the npm packages that rollup's modules come from, sorted. Firmware and platform are no
 * packages; what a plugin of rollup's adds is counted as that plugin's.
 */
export function bundledPackages(moduleIds: readonly string[]): string[] {
  const names = moduleIds.map(packageOf).filter((name) => name !== undefined);
  return [...new Set(names)].sort();
}

function packageOf(moduleId: string): string | undefined {
  const [, path] = /.*\/node_modules\/(.+)/.exec(moduleId) ?? [];
  if (path !== undefined) {
    const [scope = "", name] = path.split("/");
    return scope.startsWith("@") ? `${scope}/${name}` : scope;
  }
  // A plugin's own module begins with a NUL; one that wraps a file of ours names it.
  if (!moduleId.startsWith("\0") || moduleId.includes("?commonjs-")) return undefined;
  if (moduleId.startsWith("\0commonjs")) return "@rollup/plugin-commonjs";
  throw new Error(`no package is known for rollup's module ${JSON.stringify(moduleId)}`);
}
