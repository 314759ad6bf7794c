import {
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign,
  verify,
} from "node:crypto";
import type { User } from "./userPool.ts";
import { UserPoolError } from "./userPoolError.ts";

/** What InitiateAuth gives (Cognito API Reference, "AuthenticationResultType"). */
export interface Tokens {
  readonly AccessToken: string;
  readonly IdToken: string;
  readonly RefreshToken: string;
  readonly ExpiresIn: number;
  readonly TokenType: "Bearer";
}

/** Seconds; a pool's default. */
const lifetimeS = 3600;

/** Makes and checks the JSON Web Tokens of a pool (RFC 7519, RS256). */
export class TokenMaker {
  private readonly issuer: string;
  private readonly clientId: string;
  private readonly now: () => number;
  private readonly key: KeyObject;
  private readonly publicKey: KeyObject;
  private readonly keyId = randomUUID();

  constructor(options: {
    readonly issuer: string;
    readonly clientId: string;
    readonly now: () => number;
  }) {
    this.issuer = options.issuer;
    this.clientId = options.clientId;
    this.now = options.now;
    this.key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    this.publicKey = createPublicKey(this.key);
  }

  issue(user: User): Tokens {
    const issuedAtS = Math.floor(this.now() / 1000);
    const claims = {
      sub: user.sub,
      iss: this.issuer,
      iat: issuedAtS,
      exp: issuedAtS + lifetimeS,
      jti: randomUUID(),
    };
    const { clientId } = this;
    return {
      AccessToken: this.token({
        ...claims,
        token_use: "access",
        client_id: clientId,
        username: user.username,
      }),
      IdToken: this.token({
        ...claims,
        token_use: "id",
        aud: clientId,
        "cognito:username": user.username,
        email: user.username,
      }),
      RefreshToken: randomUUID(),
      ExpiresIn: lifetimeS,
      TokenType: "Bearer",
    };
  }

  /** @returns the user name in an access token of this pool that has not expired */
  username(accessToken: string): string {
    const [head = "", body = "", signature = ""] = accessToken.split(".");
    const signed = Buffer.from(`${head}.${body}`);
    const isOurs = verify(
      "RSA-SHA256",
      signed,
      this.publicKey,
      Buffer.from(signature, "base64url"),
    );
    if (!isOurs) throw new UserPoolError("NotAuthorizedException", "Invalid Access Token");
    const claims = JSON.parse(Buffer.from(body, "base64url").toString("utf8")) as {
      readonly username?: string;
      readonly exp: number;
    };
    if (claims.username === undefined) {
      throw new UserPoolError("NotAuthorizedException", "Invalid Access Token");
    }
    if (claims.exp * 1000 <= this.now()) {
      throw new UserPoolError("NotAuthorizedException", "Access Token has expired");
    }
    return claims.username;
  }

  private token(claims: object): string {
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
    const text = `${encode({ kid: this.keyId, alg: "RS256" })}.${encode(claims)}`;
    return `${text}.${sign("RSA-SHA256", Buffer.from(text), this.key).toString("base64url")}`;
  }
}
