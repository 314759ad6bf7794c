import { randomUUID } from "node:crypto";
import { UserPoolError } from "./userPoolError.ts";

export interface User {
  /** Its id in the pool. */
  readonly sub: string;
  readonly username: string;
  readonly password: string;
  readonly status: "UNCONFIRMED" | "CONFIRMED";
  readonly createdAtMs: number;
}

/** The accounts of one pool, in memory. User names are compared without regard to case. */
export class UserPool {
  private readonly users = new Map<string, User>();
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  signUp(username: string, password: string): User {
    if (this.users.has(username.toLowerCase())) {
      throw new UserPoolError("UsernameExistsException", "User already exists");
    }
    checkPassword(password);
    const user: User = {
      sub: randomUUID(),
      username,
      password,
      status: "UNCONFIRMED",
      createdAtMs: this.now(),
    };
    this.users.set(username.toLowerCase(), user);
    return user;
  }

  confirm(username: string): void {
    const user = this.user(username);
    if (user.status === "CONFIRMED") {
      const message = "User cannot be confirmed. Current status is CONFIRMED";
      throw new UserPoolError("NotAuthorizedException", message);
    }
    this.users.set(username.toLowerCase(), { ...user, status: "CONFIRMED" });
  }

  setPassword(username: string, password: string): void {
    const user = this.user(username);
    checkPassword(password);
    this.users.set(username.toLowerCase(), { ...user, password, status: "CONFIRMED" });
  }

  /** Does not tell an unknown name from a wrong password, as a pool does by default. */
  authenticate(username: string, password: string): User {
    const user = this.users.get(username.toLowerCase());
    if (user === undefined || user.password !== password) {
      throw new UserPoolError("NotAuthorizedException", "Incorrect username or password.");
    }
    if (user.status === "UNCONFIRMED") {
      throw new UserPoolError("UserNotConfirmedException", "User is not confirmed.");
    }
    return user;
  }

  user(username: string): User {
    const user = this.users.get(username.toLowerCase());
    if (user === undefined)
      throw new UserPoolError("UserNotFoundException", "User does not exist.");
    return user;
  }

  delete(username: string): void {
    this.users.delete(this.user(username).username.toLowerCase());
  }
}

/** The default policy of a pool (Cognito developer guide, "Password requirements"). */
const passwordRules: ReadonlyArray<readonly [RegExp, string]> = [
  [/^.{8,}$/s, "Password not long enough"],
  [/[a-z]/, "Password must have lowercase characters"],
  [/[A-Z]/, "Password must have uppercase characters"],
  [/[0-9]/, "Password must have numeric characters"],
  [/[^A-Za-z0-9]/, "Password must have symbol characters"],
];

function checkPassword(password: string): void {
  for (const [rule, message] of passwordRules) {
    if (rule.test(password)) continue;
    const text = `Password did not conform with policy: ${message}`;
    throw new UserPoolError("InvalidPasswordException", text);
  }
}
