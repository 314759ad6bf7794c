import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  AdminConfirmSignUpCommand,
  AdminDeleteUserCommand,
  AdminGetUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  DeleteUserCommand,
  GetUserCommand,
  InitiateAuthCommand,
  ListUsersCommand,
  SignUpCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { userKey } from "../credentials.ts";
import { startUserPool, type UserPoolServer } from "./server.ts";

const startedMs = Date.now();
let aheadMs = 0;
let server: UserPoolServer;
let client: CognitoIdentityProviderClient;

const region = "eu-west-1";
const password = "Correct-horse-7";

before(async () => {
  server = await startUserPool({ region, now: () => startedMs + aheadMs });
  const { endpoint } = server;
  client = new CognitoIdentityProviderClient({ region, endpoint, credentials: { ...userKey } });
});

after(async () => {
  client.destroy();
  await server.stop();
});

function signUp(username: string, secret = password) {
  const { clientId: ClientId } = server;
  return client.send(new SignUpCommand({ ClientId, Username: username, Password: secret }));
}

function confirm(username: string) {
  const { userPoolId: UserPoolId } = server;
  return client.send(new AdminConfirmSignUpCommand({ UserPoolId, Username: username }));
}

function logIn(username: string, secret = password) {
  return client.send(
    new InitiateAuthCommand({
      AuthFlow: "USER_PASSWORD_AUTH",
      ClientId: server.clientId,
      AuthParameters: { USERNAME: username, PASSWORD: secret },
    }),
  );
}

test("an account signs up, is confirmed, logs in and is who it is", async () => {
  const { UserSub } = await signUp("a@example.com");
  await confirm("a@example.com");
  const { AuthenticationResult: tokens } = await logIn("A@example.com");
  assert.equal(tokens?.TokenType, "Bearer");
  const claims = JSON.parse(
    Buffer.from(tokens?.IdToken?.split(".")[1] ?? "", "base64url").toString(),
  );
  assert.equal(claims.sub, UserSub);
  assert.equal(claims.aud, server.clientId);
  assert.equal(claims.email, "a@example.com");
  const user = await client.send(new GetUserCommand({ AccessToken: tokens?.AccessToken }));
  assert.equal(user.Username, "a@example.com");
  const { userPoolId: UserPoolId } = server;
  const seen = await client.send(
    new AdminGetUserCommand({ UserPoolId, Username: "a@example.com" }),
  );
  assert.equal(seen.UserStatus, "CONFIRMED");
});

test("what is refused is refused with the service's own errors", async () => {
  await signUp("b@example.com");
  await assert.rejects(logIn("b@example.com"), { name: "UserNotConfirmedException" });
  await confirm("b@example.com");
  await assert.rejects(logIn("b@example.com", "Wrong-horse-7"), { name: "NotAuthorizedException" });
  await assert.rejects(logIn("nobody@example.com"), { name: "NotAuthorizedException" });
  await assert.rejects(signUp("B@example.com"), { name: "UsernameExistsException" });
  await assert.rejects(confirm("b@example.com"), { name: "NotAuthorizedException" });
  await assert.rejects(confirm("nobody@example.com"), { name: "UserNotFoundException" });
  for (const weak of ["Short-1", "no-upper-1", "NO-LOWER-1", "No-numbers", "NoSymbol1"]) {
    await assert.rejects(signUp("c@example.com", weak), { name: "InvalidPasswordException" });
  }
});

test("another pool or client than ours is not found", async () => {
  const Username = "a@example.com";
  const admin = new AdminGetUserCommand({ UserPoolId: "eu-west-1_other0000", Username });
  await assert.rejects(client.send(admin), { name: "ResourceNotFoundException" });
  const other = new SignUpCommand({ ClientId: "other", Username, Password: password });
  await assert.rejects(client.send(other), { name: "ResourceNotFoundException" });
});

test("an operation for administrators needs the right credentials", async () => {
  const credentials = { ...userKey, secretAccessKey: "wrong" };
  const { endpoint, userPoolId: UserPoolId } = server;
  const stranger = new CognitoIdentityProviderClient({ region, endpoint, credentials });
  const command = new AdminDeleteUserCommand({ UserPoolId, Username: "a@example.com" });
  await assert.rejects(stranger.send(command), { name: "UnrecognizedClientException" });
  stranger.destroy();
});

test("a password can be set anew, and an account deleted", async () => {
  await signUp("d@example.com");
  const { userPoolId: UserPoolId } = server;
  const user = { UserPoolId, Username: "d@example.com" };
  await client.send(new AdminSetUserPasswordCommand({ ...user, Password: "Other-horse-8" }));
  await assert.rejects(logIn("d@example.com"), { name: "NotAuthorizedException" });
  const { AuthenticationResult } = await logIn("d@example.com", "Other-horse-8");
  const AccessToken = AuthenticationResult?.AccessToken;
  await client.send(new DeleteUserCommand({ AccessToken }));
  await assert.rejects(client.send(new AdminGetUserCommand(user)), {
    name: "UserNotFoundException",
  });
});

test("a token that is forged, of the wrong kind or too old is refused", async () => {
  await signUp("e@example.com");
  await confirm("e@example.com");
  const { AuthenticationResult: tokens } = await logIn("e@example.com");
  const get = (AccessToken = "") => client.send(new GetUserCommand({ AccessToken }));
  const [head, , signature] = (tokens?.AccessToken ?? "").split(".");
  const claims = Buffer.from(JSON.stringify({ username: "a@example.com", exp: 2 ** 40 }));
  const forged = `${head}.${claims.toString("base64url")}.${signature}`;
  await assert.rejects(get(forged), { name: "NotAuthorizedException" });
  await assert.rejects(get(tokens?.IdToken), { name: "NotAuthorizedException" });
  aheadMs = 3600 * 1000;
  await assert.rejects(get(tokens?.AccessToken), /expired/);
  aheadMs = 0;
  assert.equal((await get(tokens?.AccessToken)).Username, "e@example.com");
});

test("an operation that is not served is named", async () => {
  const { userPoolId: UserPoolId } = server;
  const command = new ListUsersCommand({ UserPoolId });
  await assert.rejects(client.send(command), /no operation ListUsers/);
});
