/** The development key: ECDSA P-256, PKCS #8 PEM; made when it is first asked for. */
export function developmentKey(): string;
/** `id=point`, as rollup.config.mjs compiles it in. @throws TypeError for another kind of key */
export function trustAnchor(id: string, pem: string): string;
