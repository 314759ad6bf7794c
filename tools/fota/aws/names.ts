import { InvalidArgumentError } from "@commander-js/extra-typings";

/** Parsers for names of AWS, with AWS's own rules. */

export const thingName = named(/^[a-zA-Z0-9:_-]{1,128}$/, "1 to 128 of a-z A-Z 0-9 : _ -");
export const groupName = thingName;
export const jobName = named(/^[a-zA-Z0-9_-]{1,64}$/, "1 to 64 of a-z A-Z 0-9 _ -");
export const bucketName = named(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "3 to 63 of a-z 0-9 . -");

function named(pattern: RegExp, rule: string): (text: string) => string {
  return (text) => {
    if (pattern.test(text)) return text;
    throw new InvalidArgumentError(rule);
  };
}
