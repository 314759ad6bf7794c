import type { ControlJobs } from "../jobs/control.ts";
import { type ObjectAddress, parseObjectUrl } from "../jobs/document.ts";
import type { Execution } from "../jobs/execution.ts";
import type { Job, JobRequest } from "../jobs/job.ts";
import type { Ledger } from "../jobs/ledger.ts";
import { integerField, stringField, stringListField, stringMapField } from "../json.ts";
import type { Names } from "../names.ts";
import type { Registry } from "../registry/registry.ts";
import { invalidRequest } from "../serviceError.ts";
import { checkQuery, executionStatuses, filter, jobStatuses } from "./filters.ts";
import {
  changeableFields,
  checkNames,
  createJobNames,
  schedule,
  updateJobNames,
} from "./jobOptions.ts";
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
      const jobs = listedJobs(call, options);
      return page(call, "jobs", jobs.reverse().map(jobSummaryView));
    }),
    route("GET", "/jobs/{jobId}", (call) => {
      const job = ledger.job(pathPart(call, "jobId"));
      const { documentSource } = job.request;
      const view = { job: jobView(job, ledger.ofJob(job), ledger.clock.now()) };
      return documentSource === undefined ? view : { ...view, documentSource };
    }),
    route("PATCH", "/jobs/{jobId}", (call) => {
      checkNames(call.body, updateJobNames, "UpdateJob");
      control.update(pathPart(call, "jobId"), changeableFields(call.body));
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

/** ListJobs, oldest first; a group is the target of a job, by name or by id. */
function listedJobs(call: Call, { ledger, registry }: JobRoutesOptions): Job[] {
  const names = ["status", "targetSelection", "thingGroupName", "thingGroupId"];
  checkQuery(call, names, "ListJobs");
  const status = filter(call, "status", jobStatuses);
  const selection = filter(call, "targetSelection", ["SNAPSHOT", "CONTINUOUS"]);
  const groupName = call.query.get("thingGroupName");
  const groupId = call.query.get("thingGroupId");
  const groups = registry
    .allGroups()
    .filter((group) => groupName === null || group.groupName === groupName)
    .filter((group) => groupId === null || group.groupId === groupId);
  const isOfGroup = ({ request }: Job) =>
    (groupName === null && groupId === null) ||
    groups.some(({ groupArn }) => request.targets.includes(groupArn));
  return [...ledger.jobs.values()].filter(
    (job) =>
      (status === undefined || job.status === status) &&
      (selection === undefined || job.targetSelection === selection) &&
      isOfGroup(job),
  );
}

function executionListRoutes({ ledger, registry, names }: JobRoutesOptions): readonly Route[] {
  const withStatus = (call: Call, executions: readonly Execution[]) => {
    const status = filter(call, "status", executionStatuses);
    return executions.filter((execution) => !status || execution.status === status);
  };
  return [
    route("GET", "/jobs/{jobId}/things", (call) => {
      checkQuery(call, ["status"], "ListJobExecutionsForJob");
      const executions = ledger.ofJob(ledger.job(pathPart(call, "jobId")));
      const summaries = withStatus(call, executions).map((execution) => ({
        thingArn: names.thing(execution.thingName),
        jobExecutionSummary: executionSummaryView(execution),
      }));
      return page(call, "executionSummaries", summaries);
    }),
    route("GET", "/things/{thingName}/jobs", (call) => {
      const { thingName } = registry.thing(pathPart(call, "thingName"));
      checkQuery(call, ["status", "jobId"], "ListJobExecutionsForThing");
      const jobId = call.query.get("jobId");
      const executions = ledger
        .ofThing(thingName)
        .filter(({ job }) => jobId === null || job.request.jobId === jobId);
      const summaries = withStatus(call, executions).map((execution) => ({
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
  checkNames(body, createJobNames, "CreateJob");
  const documentSource = stringField(body, "documentSource");
  const document = stringField(body, "document") ?? readSource(documentSource, options);
  if (document === undefined) throw invalidRequest("document or documentSource is missing");
  return {
    ...changeableFields(body),
    schedule: schedule(body),
    jobId: pathPart(call, "jobId"),
    targets: stringListField(body, "targets") ?? [],
    document,
    documentSource,
    targetSelection: stringField(body, "targetSelection"),
  };
}

function readSource(source: string | undefined, options: JobRoutesOptions): string | undefined {
  if (source === undefined) return undefined;
  const address = parseObjectUrl(source);
  const text = address === undefined ? undefined : options.readObject(address);
  if (text === undefined) throw invalidRequest(`documentSource ${source} is no S3 object`);
  return text;
}
