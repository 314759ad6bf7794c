/**
 * What a tracker may do, and no more: connect under the name of a thing its certificate is attached
 * to, and use that thing's Jobs topics (AWS IoT developer guide, "Thing policy variables").
 * @param certificateArn tells partition, region and account
 */
export function devicePolicy(certificateArn: string): object {
  const scope = certificateArn.split(":").slice(0, 5).join(":");
  const thing = `\${iot:Connection.Thing.ThingName}`;
  const topics = `$aws/things/${thing}/jobs/*`;
  const allow = (action: readonly string[], resource: string) => ({
    Effect: "Allow",
    Action: action,
    Resource: `${scope}:${resource}`,
  });
  return {
    Version: "2012-10-17",
    Statement: [
      allow(["iot:Connect"], `client/${thing}`),
      allow(["iot:Publish", "iot:Receive"], `topic/${topics}`),
      allow(["iot:Subscribe"], `topicfilter/${topics}`),
    ],
  };
}
