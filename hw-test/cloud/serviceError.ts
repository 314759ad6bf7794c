/** What the Jobs service and the registry refuse a request with; each transport names it its way. */
export type ErrorCode =
  | "InvalidTopic"
  | "InvalidJson"
  | "InvalidRequest"
  | "InvalidStateTransition"
  | "ResourceNotFound"
  | "ResourceAlreadyExists"
  | "VersionMismatch"
  | "TerminalStateReached"
  | "LimitExceeded"
  | "CertificateState"
  | "DeleteConflict"
  | "RequestEntityTooLarge"
  | "ShadowConflict"
  | "RequestThrottled"
  | "InternalError";

/** Sent along where the request was about an execution that is in another state than thought. */
export interface ExecutionState {
  readonly status: string;
  readonly statusDetails?: Readonly<Record<string, string>>;
  readonly versionNumber: number;
}

export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly executionState: ExecutionState | undefined;

  constructor(code: ErrorCode, message: string, executionState?: ExecutionState) {
    super(message);
    this.name = code;
    this.code = code;
    this.executionState = executionState;
  }
}

export function notFound(what: string): ServiceError {
  return new ServiceError("ResourceNotFound", `${what} does not exist`);
}

export function invalidRequest(message: string): ServiceError {
  return new ServiceError("InvalidRequest", message);
}
