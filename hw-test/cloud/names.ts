/** Who this cloud is, and how its resources are named (AWS General Reference, "ARNs"). */
export interface Names {
  readonly region: string;
  readonly account: string;
  /** What DescribeEndpoint answers; the broker's certificate covers it. */
  readonly brokerHostName: string;
  thing(thingName: string): string;
  thingGroup(groupName: string): string;
  job(jobId: string): string;
  certificate(certificateId: string): string;
  policy(policyName: string): string;
}

/** @param brokerHostName one like AWS's if left out */
export function createNames(
  region: string,
  brokerHostName = `a1b2c3-ats.iot.${region}.amazonaws.com`,
): Names {
  const account = "123456789012";
  const prefix = `arn:aws:iot:${region}:${account}`;
  return {
    region,
    account,
    brokerHostName,
    thing: (thingName) => `${prefix}:thing/${thingName}`,
    thingGroup: (groupName) => `${prefix}:thinggroup/${groupName}`,
    job: (jobId) => `${prefix}:job/${jobId}`,
    certificate: (certificateId) => `${prefix}:cert/${certificateId}`,
    policy: (policyName) => `${prefix}:policy/${policyName}`,
  };
}
