/** The errors of Cognito's user pools that this one gives (API Reference, "Common Errors"). */
export type UserPoolErrorCode =
  | "InvalidParameterException"
  | "InvalidPasswordException"
  | "NotAuthorizedException"
  | "ResourceNotFoundException"
  | "UserNotConfirmedException"
  | "UserNotFoundException"
  | "UsernameExistsException";

export class UserPoolError extends Error {
  override readonly name: UserPoolErrorCode;

  constructor(name: UserPoolErrorCode, message: string) {
    super(message);
    this.name = name;
  }
}
