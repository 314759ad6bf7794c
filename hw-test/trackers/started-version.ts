/** The version in the first line that the firmware prints (firmware/main.ts), or undefined. */
export function startedVersion(line: string): string | undefined {
  return /^tracker-fota (\S+) on /.exec(line)?.[1];
}
