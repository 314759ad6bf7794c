import { fileURLToPath } from "node:url";

/** A feature of the project by its path under hw-test/features. */
export function projectFeature(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
