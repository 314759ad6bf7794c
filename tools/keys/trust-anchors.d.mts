/** As many as a firmware takes: `config.trustAnchorMax`. */
export const ANCHOR_MAX: number;

/** `id=point`, as rollup.config.mjs compiles it in. @throws TypeError for another kind of key */
export function trustAnchor(id: string, pem: string): string;

/** All that an image is to trust, of `--configKeys`. @throws TypeError that names the file */
export function trustAnchors(paths: string): string;
