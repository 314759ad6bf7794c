/**
 * Makes service-models.json: `npx tsx hw-test/cloud/iot/model/extract.ts BOTOCORE/data`, the folder of an
 * installed botocore (Apache-2.0), which has Amazon's own models of its services. Only what
 * requests are checked by is taken, of the operations that are served. Then `npm run format`.
 */
import { writeFileSync } from "node:fs";
import { served } from "./served.ts";
import { reduced, serviceModel } from "./serviceModel.ts";

const [data] = process.argv.slice(2);
if (data === undefined) throw new Error("extract.ts BOTOCORE/data");
const models = Object.entries(served).map(([service, operations]) => [
  service,
  reduced(serviceModel(data, service), operations),
]);
const text = JSON.stringify(Object.fromEntries(models));
writeFileSync(new URL("service-models.json", import.meta.url), `${text}\n`);
