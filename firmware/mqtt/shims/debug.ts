function ignore(): void {}

/** Stands in for the npm package `debug`; the default export, since mqtt-packet calls the module. */
export default function debug(_name: string): () => void {
  return ignore;
}
