import { invalidRequest } from "../serviceError.ts";
import type { JobRequest, TargetSelection } from "./job.ts";

/** Service limits of AWS IoT Jobs (AWS General Reference; API models). */
export const limits = Object.freeze({
  documentMaxChars: 32_768,
  detailsMaxPairs: 10,
  detailKeyMaxChars: 128,
  detailValueMaxChars: 1024,
  timeoutMaxMinutes: 10_080,
  presignMinS: 60,
  presignMaxS: 3600,
  notifiedJobsMax: 10,
  clientTokenMaxChars: 64,
  commentMaxChars: 2028,
  roleMinChars: 20,
});

export function checkJobId(jobId: string): void {
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(jobId)) {
    throw invalidRequest(`jobId ${jobId} is not [a-zA-Z0-9_-]{1,64}`);
  }
}

export function checkJobRequest(request: JobRequest): void {
  checkJobId(request.jobId);
  if (request.targets.length === 0) throw invalidRequest("a job needs at least one target");
  checkDocument(request);
  if (request.targets.some((target) => target.length > 2048)) {
    throw invalidRequest("a target is longer than 2048 characters");
  }
  checkText(request.description, "description");
  const roleLength = request.presignedUrl?.roleArn.length ?? limits.roleMinChars;
  if (roleLength < limits.roleMinChars || roleLength > 2048) {
    throw invalidRequest("presignedUrlConfig.roleArn is not 20 to 2048 characters");
  }
  const seconds = request.presignedUrl?.expiresInS;
  if (seconds !== undefined && (seconds < limits.presignMinS || seconds > limits.presignMaxS)) {
    throw invalidRequest("presignedUrlConfig.expiresInSec is not 60 to 3600");
  }
  checkTimeoutMinutes(request.inProgressTimeoutMinutes, "inProgressTimeoutInMinutes");
}

/** Of CancelJob. */
export function checkReason(request: {
  readonly comment?: string | undefined;
  readonly reasonCode?: string | undefined;
}): void {
  checkText(request.comment, "comment");
  if (/^[\p{Lu}\p{Nd}_]{0,128}$/u.test(request.reasonCode ?? "")) return;
  throw invalidRequest("reasonCode is not [\\p{Upper}\\p{Digit}_]{0,128}");
}

function checkText(text: string | undefined, name: string): void {
  if ((text ?? "").length > limits.commentMaxChars) {
    throw invalidRequest(`${name} is longer than ${limits.commentMaxChars} characters`);
  }
  if (/\p{C}/u.test(text ?? "")) throw invalidRequest(`${name} has control characters`);
}

function checkDocument({ document, presignedUrl }: JobRequest): void {
  if (document.length > limits.documentMaxChars) {
    throw invalidRequest(`the job document is longer than ${limits.documentMaxChars} characters`);
  }
  try {
    JSON.parse(document);
  } catch (error) {
    throw invalidRequest(`the job document is not JSON: ${String(error)}`);
  }
  if (document.includes("${aws:iot:s3-presigned-url:") && presignedUrl === undefined) {
    throw invalidRequest("a presigned-URL placeholder needs presignedUrlConfig.roleArn");
  }
}

export function checkTargetSelection(selection: string | undefined): TargetSelection {
  if (selection === undefined || selection === "SNAPSHOT") return "SNAPSHOT";
  if (selection === "CONTINUOUS") return "CONTINUOUS";
  throw invalidRequest(`targetSelection ${selection} is neither SNAPSHOT nor CONTINUOUS`);
}

export function checkTimeoutMinutes(minutes: number | undefined, name: string): void {
  if (minutes === undefined) return;
  if (minutes >= 1 && minutes <= limits.timeoutMaxMinutes) return;
  throw invalidRequest(`${name} ${minutes} is not 1 to ${limits.timeoutMaxMinutes}`);
}

export function checkStatusDetails(details: Readonly<Record<string, string>>): void {
  const entries = Object.entries(details);
  if (entries.length > limits.detailsMaxPairs) {
    throw invalidRequest(`statusDetails has more than ${limits.detailsMaxPairs} pairs`);
  }
  for (const [key, value] of entries) {
    if (!/^[a-zA-Z0-9:_-]{1,128}$/.test(key)) {
      throw invalidRequest(`statusDetails key ${key} is not [a-zA-Z0-9:_-]{1,128}`);
    }
    if (value.length < 1 || value.length > limits.detailValueMaxChars) {
      throw invalidRequest(
        `statusDetails value of ${key} is not 1 to ${limits.detailValueMaxChars} characters`,
      );
    }
  }
}
