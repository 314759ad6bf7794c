/** The development key: ECDSA P-256, PKCS #8 PEM; made when it is first asked for. */
export function developmentKey(): string;

/** Where it is kept, whether it is there or not. */
export const developmentKeyPath: string;
