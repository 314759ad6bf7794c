/**
 * What a tracker may do, and no more: connect under the name of a thing its certificate is attached
 * to, use that thing's Jobs topics, and tell its shadow what it runs (AWS IoT developer guide, "Thing
 * policy variables").
 * @param scope partition, region and account as an ARN begins with them: `arn:aws:iot:REGION:ACCOUNT`
 */
export function devicePolicy(scope: string): object {
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
      allow(["iot:Publish"], `topic/$aws/things/${thing}/shadow/update`),
      allow(["iot:Subscribe"], `topicfilter/${topics}`),
    ],
  };
}
