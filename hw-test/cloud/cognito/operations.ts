import { isObject, type JsonObject } from "../json.ts";
import type { TokenMaker, Tokens } from "./tokens.ts";
import type { User, UserPool } from "./userPool.ts";
import { UserPoolError } from "./userPoolError.ts";

/** One operation of the user pool's API. */
export interface Operation {
  /** Those for administrators are signed with AWS credentials (SigV4). */
  readonly signed: boolean;
  readonly run: (input: JsonObject) => JsonObject;
}

export interface PoolParts {
  readonly pool: UserPool;
  readonly tokens: TokenMaker;
  readonly userPoolId: string;
  readonly clientId: string;
}

/** Amazon Cognito user pools API Reference, by the name after the dot in `X-Amz-Target`. */
export function operations(parts: PoolParts): Readonly<Record<string, Operation>> {
  const { pool } = parts;
  const open = (run: Operation["run"]): Operation => ({ signed: false, run });
  const admin = (run: (username: string, input: JsonObject) => JsonObject): Operation => ({
    signed: true,
    run(input) {
      if (text(input, "UserPoolId") !== parts.userPoolId) throw noSuch("User pool");
      return run(text(input, "Username"), input);
    },
  });
  return {
    SignUp: open((input) => {
      checkClient(parts, input);
      const user = pool.signUp(text(input, "Username"), text(input, "Password"));
      return { UserConfirmed: false, UserSub: user.sub };
    }),
    InitiateAuth: open((input) => {
      checkClient(parts, input);
      return initiateAuth(parts, input, "USER_PASSWORD_AUTH");
    }),
    GetUser: open((input) => view(pool.user(parts.tokens.username(text(input, "AccessToken"))))),
    DeleteUser: open((input) => {
      pool.delete(parts.tokens.username(text(input, "AccessToken")));
      return {};
    }),
    AdminConfirmSignUp: admin((username) => {
      pool.confirm(username);
      return {};
    }),
    AdminSetUserPassword: admin((username, input) => {
      pool.setPassword(username, text(input, "Password"));
      return {};
    }),
    AdminGetUser: admin((username) => {
      const { status, createdAtMs } = pool.user(username);
      return {
        ...view(pool.user(username)),
        UserStatus: status,
        UserCreateDate: createdAtMs / 1000,
      };
    }),
    AdminDeleteUser: admin((username) => {
      pool.delete(username);
      return {};
    }),
  };
}

function initiateAuth(parts: PoolParts, input: JsonObject, flow: string): JsonObject {
  if (text(input, "AuthFlow") !== flow) {
    throw new UserPoolError("InvalidParameterException", `only ${flow} is served by this pool`);
  }
  const parameters = input["AuthParameters"];
  if (!isObject(parameters)) throw missing("AuthParameters");
  const user = parts.pool.authenticate(text(parameters, "USERNAME"), text(parameters, "PASSWORD"));
  const tokens: Tokens = parts.tokens.issue(user);
  return { AuthenticationResult: { ...tokens }, ChallengeParameters: {} };
}

function view({ username, sub }: User): JsonObject {
  const attributes = [
    { Name: "sub", Value: sub },
    { Name: "email", Value: username },
  ];
  return { Username: username, UserAttributes: attributes };
}

function checkClient({ clientId }: PoolParts, input: JsonObject): void {
  if (text(input, "ClientId") !== clientId) throw noSuch("User pool client");
}

function text(input: JsonObject, name: string): string {
  const value = input[name];
  if (typeof value === "string" && value !== "") return value;
  throw missing(name);
}

function missing(name: string): UserPoolError {
  return new UserPoolError("InvalidParameterException", `Missing required parameter ${name}`);
}

function noSuch(what: string): UserPoolError {
  return new UserPoolError("ResourceNotFoundException", `${what} does not exist.`);
}
