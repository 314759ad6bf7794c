import type { Authority } from "./certificates/authority.ts";
import type { Clock } from "./clock.ts";
import type { AccessKeys } from "./credentials.ts";
import { encodeRfc3986, type HttpRequest, type HttpResponse } from "./http/message.ts";
import { dataRoutes } from "./iot/dataRoutes.ts";
import { jobRoutes } from "./iot/jobRoutes.ts";
import { jobsDataRoutes } from "./iot/jobsDataRoutes.ts";
import { principalRoutes } from "./iot/principalRoutes.ts";
import { registryRoutes } from "./iot/registryRoutes.ts";
import { IotService } from "./iot/service.ts";
import { ControlJobs } from "./jobs/control.ts";
import { DeviceJobs } from "./jobs/device.ts";
import type { ObjectAddress, Presign } from "./jobs/document.ts";
import { Ledger, type Notification, type OnExecutions } from "./jobs/ledger.ts";
import { JobsTopics } from "./mqtt/jobsTopics.ts";
import { ShadowTopics } from "./mqtt/shadowTopics.ts";
import type { Names } from "./names.ts";
import { Principals } from "./registry/principals.ts";
import { Registry } from "./registry/registry.ts";
import { type ShadowNotice, Shadows } from "./registry/shadows.ts";
import { ObjectStore } from "./s3/objects.ts";
import { S3Service } from "./s3/service.ts";
import { type AccessKey, presignGet } from "./sigv4/presign.ts";
import type { Tables } from "./store/tables.ts";

/** What the cloud does, apart from the sockets it does it over. */
export interface Services {
  readonly registry: Registry;
  readonly principals: Principals;
  readonly objects: ObjectStore;
  readonly ledger: Ledger;
  readonly topics: JobsTopics;
  readonly shadowTopics: ShadowTopics;
  /** By the name that a client signs with. */
  readonly bySigningName: Readonly<Record<string, Service>>;
  readonly s3: S3Service;
}

export interface Service {
  handle(request: HttpRequest): Promise<HttpResponse>;
}

export function createServices(options: {
  readonly names: Names;
  readonly clock: Clock;
  readonly authority: Authority;
  readonly keys: AccessKeys;
  readonly tables: Tables;
  readonly onNotification: (notification: Notification) => void;
  readonly onShadow: (notice: ShadowNotice) => void;
  readonly onExecutions: OnExecutions;
}): Services {
  const { names, clock, authority, keys, tables, onNotification, onExecutions } = options;
  const registry = new Registry(names, tables);
  const objects = new ObjectStore(tables);
  const ledger = new Ledger({
    clock,
    presign: presigner(keys.jobsRole, names.region, clock),
    onNotification,
    onExecutions,
    tables,
  });
  const principals = new Principals({
    names,
    issue: () => authority.issueTracker("AWS IoT Certificate"),
    now: clock.now,
    tables,
  });
  const control = new ControlJobs({ ledger, registry, jobArn: names.job });
  const readObject = ({ bucket, key }: ObjectAddress) =>
    objects.find(bucket, key)?.body.toString("utf8");
  const routes = [
    ...registryRoutes(registry, names),
    ...principalRoutes(principals, registry),
    ...jobRoutes({ ledger, control, registry, names, readObject }),
  ];
  const signing = { accessKeys: [keys.user, keys.jobsRole], now: clock.now };
  const device = new DeviceJobs(ledger);
  const iot = new IotService({ name: "AWS IoT", model: "iot", routes, ...signing });
  const s3 = new S3Service({ objects, region: names.region, ...signing });
  const jobsData = new IotService({
    name: "AWS IoT Jobs Data",
    model: "iot-jobs-data",
    routes: jobsDataRoutes(device, registry),
    ...signing,
  });
  const shadows = new Shadows({ now: clock.now, onNotice: options.onShadow, tables });
  const data = new IotService({
    name: "AWS IoT Data",
    model: "iot-data",
    routes: dataRoutes(shadows, registry),
    ...signing,
  });
  return {
    registry,
    principals,
    objects,
    ledger,
    topics: new JobsTopics(device),
    shadowTopics: new ShadowTopics(shadows, clock.now),
    bySigningName: {
      iot,
      // Older SDKs, and the AWS CLI of Debian.
      "execute-api": iot,
      "iot-jobs-data": jobsData,
      iotdata: data,
      s3,
    },
    s3,
  };
}

function presigner(accessKey: AccessKey, region: string, { now }: Clock): Presign {
  return ({ bucket, key }, expiresInS) =>
    presignGet({
      host: `${bucket}.s3.${region}.amazonaws.com`,
      path: `/${key.split("/").map(encodeRfc3986).join("/")}`,
      region,
      expiresInS,
      nowMs: now(),
      accessKey,
    });
}
