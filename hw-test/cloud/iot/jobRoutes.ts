import type { ControlJobs } from "../jobs/control.ts";
import { type ObjectAddress, parseObjectUrl } from "../jobs/document.ts";
import type { Execution } from "../jobs/execution.ts";
import type { JobChange, JobRequest } from "../jobs/job.ts";
import type { Ledger } from "../jobs/ledger.ts";
import { limits } from "../jobs/limits.ts";
import {
  integerField,
  type JsonObject,
  objectField,
  stringField,
  stringListField,
  stringMapField,
} from "../json.ts";
import type { Names } from "../names.ts";
import type { Registry } from "../registry/registry.ts";
import { invalidRequest } from "../serviceError.ts";
import { executionDetailView, executionSummaryView, jobSummaryView, jobView } from "./jobViews.ts";
import { page } from "./page.ts";
import { type Call, pathPart, queryFlag, type Route, route } from "./route.ts";

export interface JobRoutesOptions {
  readonly ledger: Ledger;
  readonly control: ControlJobs;
  readonly registry: Registry;
  readonly names: Names;
  /** The text of an object, for `documentSource`; undefined: no such object. */
  readonly readObject: (address: ObjectAddress) => string | undefined;
}

/** The control plane of AWS IoT Jobs (AWS IoT API Reference). */
export function jobRoutes(options: JobRoutesOptions): readonly Route[] {
  const { ledger, control } = options;
  return [
    route("PUT", "/jobs/{jobId}", (call) => {
      const job = control.create(jobRequest(call, options));
      const { jobId, description } = job.request;
      return { jobArn: job.jobArn, jobId, ...(description === undefined ? {} : { description }) };
    }),
    route("GET", "/jobs", (call) => {
      const status = call.query.get("status");
      const jobs = [...ledger.jobs.values()].filter((job) => !status || job.status === status);
      return page(call, "jobs", jobs.reverse().map(jobSummaryView));
    }),
    route("GET", "/jobs/{jobId}", (call) => {
      const job = ledger.job(pathPart(call, "jobId"));
      const { documentSource } = job.request;
      const view = { job: jobView(job, ledger.ofJob(job)) };
      return documentSource === undefined ? view : { ...view, documentSource };
    }),
    route("PATCH", "/jobs/{jobId}", (call) => {
      control.update(pathPart(call, "jobId"), changeableFields(call));
      return {};
    }),
    route("GET", "/jobs/{jobId}/job-document", (call) => ({
      document: ledger.job(pathPart(call, "jobId")).request.document,
    })),
    route("PUT", "/jobs/{jobId}/cancel", (call) => {
      const job = control.cancel({
        jobId: pathPart(call, "jobId"),
        force: queryFlag(call, "force"),
        comment: stringField(call.body, "comment"),
        reasonCode: stringField(call.body, "reasonCode"),
      });
      const { jobId, description } = job.request;
      return { jobArn: job.jobArn, jobId, ...(description === undefined ? {} : { description }) };
    }),
    route("DELETE", "/jobs/{jobId}", (call) => {
      control.delete(pathPart(call, "jobId"), queryFlag(call, "force"));
      return {};
    }),
    ...executionListRoutes(options),
    ...executionRoutes(options),
  ];
}

function executionListRoutes({ ledger, registry, names }: JobRoutesOptions): readonly Route[] {
  const withStatus = (call: Call, executions: readonly Execution[]) => {
    const status = call.query.get("status");
    return executions.filter((execution) => !status || execution.status === status);
  };
  return [
    route("GET", "/jobs/{jobId}/things", (call) => {
      const executions = ledger.ofJob(ledger.job(pathPart(call, "jobId")));
      const summaries = withStatus(call, executions).map((execution) => ({
        thingArn: names.thing(execution.thingName),
        jobExecutionSummary: executionSummaryView(execution),
      }));
      return page(call, "executionSummaries", summaries);
    }),
    route("GET", "/things/{thingName}/jobs", (call) => {
      const { thingName } = registry.thing(pathPart(call, "thingName"));
      const summaries = withStatus(call, ledger.ofThing(thingName)).map((execution) => ({
        jobId: execution.job.request.jobId,
        jobExecutionSummary: executionSummaryView(execution),
      }));
      return page(call, "executionSummaries", summaries);
    }),
  ];
}

function executionRoutes({ ledger, control, names }: JobRoutesOptions): readonly Route[] {
  return [
    route("GET", "/things/{thingName}/jobs/{jobId}", (call) => {
      const execution = ledger.execution(
        pathPart(call, "thingName"),
        pathPart(call, "jobId"),
        queryInteger(call, "executionNumber"),
      );
      const thingArn = names.thing(execution.thingName);
      return { execution: executionDetailView(execution, thingArn, ledger.clock.now()) };
    }),
    route("PUT", "/things/{thingName}/jobs/{jobId}/cancel", (call) => {
      control.cancelExecution({
        thingName: pathPart(call, "thingName"),
        jobId: pathPart(call, "jobId"),
        force: queryFlag(call, "force"),
        expectedVersion: integerField(call.body, "expectedVersion"),
        statusDetails: stringMapField(call.body, "statusDetails"),
      });
      return {};
    }),
    route("DELETE", "/things/{thingName}/jobs/{jobId}/executionNumber/{number}", (call) => {
      control.deleteExecution({
        thingName: pathPart(call, "thingName"),
        jobId: pathPart(call, "jobId"),
        executionNumber: Number(pathPart(call, "number")),
        force: queryFlag(call, "force"),
      });
      return {};
    }),
  ];
}

function queryInteger(call: Call, name: string): number | undefined {
  const text = call.query.get(name);
  if (text === null) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw invalidRequest(`${name} ${text} is not a number`);
  return Number(text);
}

function jobRequest(call: Call, options: JobRoutesOptions): JobRequest {
  const { body } = call;
  const documentSource = stringField(body, "documentSource");
  const document = stringField(body, "document") ?? readSource(documentSource, options);
  if (document === undefined) throw invalidRequest("document or documentSource is missing");
  return {
    ...changeableFields(call),
    jobId: pathPart(call, "jobId"),
    targets: stringListField(body, "targets") ?? [],
    document,
    documentSource,
    targetSelection: stringField(body, "targetSelection"),
  };
}

function changeableFields({ body }: Call): JobChange {
  const timeout = objectField(body, "timeoutConfig") ?? {};
  return {
    description: stringField(body, "description"),
    presignedUrl: presignedUrl(objectField(body, "presignedUrlConfig")),
    inProgressTimeoutMinutes: integerField(timeout, "inProgressTimeoutInMinutes"),
  };
}

function readSource(source: string | undefined, options: JobRoutesOptions): string | undefined {
  if (source === undefined) return undefined;
  const address = parseObjectUrl(source);
  const text = address === undefined ? undefined : options.readObject(address);
  if (text === undefined) throw invalidRequest(`documentSource ${source} is no S3 object`);
  return text;
}

function presignedUrl(config: JsonObject | undefined): JobRequest["presignedUrl"] {
  const roleArn = config === undefined ? undefined : stringField(config, "roleArn");
  if (config === undefined || roleArn === undefined) return undefined;
  return { roleArn, expiresInS: integerField(config, "expiresInSec") ?? limits.presignMaxS };
}
