import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  CreateJobCommand,
  type CreateJobCommandInput,
  CreateThingGroupCommand,
  DescribeJobCommand,
  type IoTClient,
  ListJobExecutionsForThingCommand,
  ListJobsCommand,
  UpdateJobCommand,
} from "@aws-sdk/client-iot";
import { type Cloud, startCloud } from "../cloud.ts";
import { sdkClients } from "../testing/clients.ts";

let cloud: Cloud;
let iot: IoTClient;
let arn: string;

before(async () => {
  cloud = await startCloud();
  iot = sdkClients(cloud).iot;
  arn = cloud.createThing("t").thingArn;
});

after(() => cloud.stop());

function create(jobId: string, more: Partial<CreateJobCommandInput> = {}) {
  return iot.send(new CreateJobCommand({ jobId, targets: [arn], document: "{}", ...more }));
}

const rate = {
  baseRatePerMinute: 10,
  incrementFactor: 1.5,
  rateIncreaseCriteria: { numberOfNotifiedThings: 100 },
};
const criterion = {
  failureType: "ALL",
  action: "CANCEL",
  thresholdPercentage: 12.5,
  minNumberOfExecutedThings: 3,
} as const;

test("what a job is created with is shown as it was given, and can be changed", async () => {
  const options = {
    jobExecutionsRolloutConfig: { maximumPerMinute: 50, exponentialRate: rate },
    abortConfig: { criteriaList: [criterion] },
    jobExecutionsRetryConfig: {
      criteriaList: [{ failureType: "FAILED" as const, numberOfRetries: 2 }],
    },
  };
  await create("options", options);
  const { job } = await iot.send(new DescribeJobCommand({ jobId: "options" }));
  assert.deepEqual(job?.jobExecutionsRolloutConfig, options.jobExecutionsRolloutConfig);
  assert.deepEqual(job?.abortConfig, options.abortConfig);
  assert.deepEqual(job?.jobExecutionsRetryConfig, options.jobExecutionsRetryConfig);
  await iot.send(
    new UpdateJobCommand({ jobId: "options", jobExecutionsRolloutConfig: { maximumPerMinute: 7 } }),
  );
  const updated = await iot.send(new DescribeJobCommand({ jobId: "options" }));
  assert.deepEqual(updated.job?.jobExecutionsRolloutConfig, { maximumPerMinute: 7 });
  assert.deepEqual(updated.job?.abortConfig, options.abortConfig);
});

test("what is not done is refused by its name, what is out of bounds too", async () => {
  const cases: ReadonlyArray<readonly [object, RegExp]> = [
    [{ namespaceId: "n" }, /namespaceId/],
    [{ tags: [{ Key: "a", Value: "b" }] }, /tags/],
    [{ jobTemplateArn: "arn:aws:iot:eu-west-1:123456789012:jobtemplate/x" }, /jobTemplateArn/],
    [{ documentParameters: { a: "b" } }, /documentParameters/],
    [{ destinationPackageVersions: ["arn:x"] }, /destinationPackageVersions/],
    ...[
      ["cron(0 0 * * ? *)", 1431, /durationInMinutes 1431/],
      ["cron(0 0 * * ? *)", 0, /durationInMinutes 0/],
      ["0 0 * * ? *", 60, /six fields/],
      ["cron(0 0 * * *)", 60, /six fields/],
      ["cron(0 0 * * * *)", 60, /one of the days/],
      ["cron(0 24 * * ? *)", 60, /no cron expression/],
      ["cron(0 0 31 2 ? *)", 60, /never comes/],
    ].map(
      ([startTime, durationInMinutes, message]) =>
        [
          {
            targetSelection: "CONTINUOUS",
            schedulingConfig: { maintenanceWindows: [{ startTime, durationInMinutes }] },
          },
          message,
        ] as [object, RegExp],
    ),
    [
      {
        schedulingConfig: {
          maintenanceWindows: [{ startTime: "cron(0 0 * * ? *)", durationInMinutes: 60 }],
        },
      },
      /CONTINUOUS/,
    ],
    [{ jobExecutionsRolloutConfig: { maximumPerMinute: 0 } }, /maximumPerMinute 0/],
    [
      { jobExecutionsRolloutConfig: { exponentialRate: { ...rate, incrementFactor: 1 } } },
      /incrementFactor 1/,
    ],
    [
      { jobExecutionsRolloutConfig: { exponentialRate: { ...rate, rateIncreaseCriteria: {} } } },
      /rateIncreaseCriteria/,
    ],
    [{ abortConfig: { criteriaList: [] } }, /abortConfig.criteriaList 0 is not at least 1/],
    [{ abortConfig: { criteriaList: [{ ...criterion, failureType: "BAD" }] } }, /failureType/],
    [
      { abortConfig: { criteriaList: [{ ...criterion, thresholdPercentage: 101 }] } },
      /thresholdPercentage 101/,
    ],
    [
      {
        jobExecutionsRetryConfig: {
          criteriaList: [{ failureType: "FAILED", numberOfRetries: 11 }],
        },
      },
      /numberOfRetries 11/,
    ],
    [{ presignedUrlConfig: { roleArn: "short" } }, /roleArn/],
    [{ description: "a\nb" }, /description a\nb is not/],
  ];
  for (const [more, message] of cases) {
    const attempt = create("refused", more as Partial<CreateJobCommandInput>);
    await assert.rejects(attempt, { name: "InvalidRequestException", message });
  }
  await assert.rejects(iot.send(new DescribeJobCommand({ jobId: "refused" })), {
    name: "ResourceNotFoundException",
  });
});

test("filters filter, and one that is not served is refused", async () => {
  const group = await iot.send(new CreateThingGroupCommand({ thingGroupName: "filtered" }));
  await create("f-group", {
    targets: [group.thingGroupArn ?? ""],
    targetSelection: "CONTINUOUS",
  });
  await create("f-thing");
  const ids = async (more: object) =>
    ((await iot.send(new ListJobsCommand(more))).jobs ?? []).map(({ jobId }) => jobId);
  assert.deepEqual(await ids({ thingGroupName: "filtered" }), ["f-group"]);
  assert.deepEqual(await ids({ thingGroupId: group.thingGroupId }), ["f-group"]);
  assert.deepEqual(await ids({ targetSelection: "CONTINUOUS" }), ["f-group"]);
  assert.deepEqual(await ids({ status: "SCHEDULED" }), []);
  await assert.rejects(ids({ status: "DONE" }), { name: "InvalidRequestException" });
  await assert.rejects(ids({ namespaceId: "n" }), { name: "InvalidRequestException" });
  const { executionSummaries } = await iot.send(
    new ListJobExecutionsForThingCommand({ thingName: "t", jobId: "f-thing" }),
  );
  assert.deepEqual(
    executionSummaries?.map(({ jobId }) => jobId),
    ["f-thing"],
  );
});
