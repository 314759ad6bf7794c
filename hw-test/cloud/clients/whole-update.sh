#!/usr/bin/env bash
# A whole update by the AWS CLI alone, as operator and as tracker, against a local AWS.
# In: ENDPOINT (URL of the control plane), BUCKET, THING (its name), FILES_CA (PEM file),
# FILES_PORT (of the file server), and credentials and region as the CLI reads them.
set -euo pipefail

cli() { "${AWS_CLI:-aws}" --endpoint-url "$ENDPOINT" --output text "$@"; }
expect() { # WHAT EXPECTED ACTUAL
  [[ $3 == "$2" ]] && echo "ok: $1: $3" && return
  echo "$1: expected $2, found $3" >&2
  exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
job="cli-update-$$"
head -c 9000000 /dev/urandom >"$work/1.0.1.hex" # above 8 MB: the CLI uploads it in parts

# The operator: the file, the thing, the job.
cli s3 cp --only-show-errors "$work/1.0.1.hex" "s3://$BUCKET/new/1.0.1.hex"
arn=$(cli iot create-thing --thing-name "$THING" --query thingArn)
location="\${aws:iot:s3-presigned-url:https://s3.amazonaws.com/$BUCKET/new/1.0.1.hex}"
cli iot create-job --job-id "$job" --targets "$arn" \
  --document "{\"operation\":\"app_fw_update\",\"location\":{\"url\":\"$location\"}}" \
  --presigned-url-config roleArn=arn:aws:iam::123456789012:role/files,expiresInSec=600 \
  --timeout-config inProgressTimeoutInMinutes=60 >/dev/null
expect "queued" QUEUED \
  "$(cli iot describe-job-execution --job-id "$job" --thing-name "$THING" --query execution.status)"

# The tracker, over HTTP: start, download, progress, end.
document=$(cli iot-jobs-data start-next-pending-job-execution --thing-name "$THING" \
  --status-details step=start --query execution.jobDocument)
url=$(sed 's/.*"url":"\([^"]*\)".*/\1/' <<<"$document")
host=$(sed 's#https://\([^/]*\)/.*#\1#' <<<"$url")
curl --silent --fail --cacert "$FILES_CA" --connect-to "$host:443:127.0.0.1:$FILES_PORT" \
  --output "$work/downloaded" "$url"
cmp "$work/1.0.1.hex" "$work/downloaded" && echo "ok: downloaded by the presigned URL"
expect "progress" IN_PROGRESS \
  "$(cli iot-jobs-data update-job-execution --job-id "$job" --thing-name "$THING" \
    --status IN_PROGRESS --status-details step=verified --expected-version 2 \
    --include-job-execution-state --query executionState.status)"
cli iot-jobs-data update-job-execution --job-id "$job" --thing-name "$THING" \
  --status SUCCEEDED --status-details version=1.0.1

# The operator again.
expect "ended" "SUCCEEDED 4 1.0.1" "$(
  cli iot describe-job-execution --job-id "$job" --thing-name "$THING" \
    --query 'execution.[status, to_string(versionNumber), statusDetails.detailsMap.version]' |
    tr '\t' ' '
)"
expect "job" COMPLETED "$(cli iot describe-job --job-id "$job" --query job.status)"

# What there is can be moved, also in parts; what is not there is refused and destroys nothing.
cli s3 mv --only-show-errors "s3://$BUCKET/new/1.0.1.hex" "s3://$BUCKET/moved.hex"
for options in "put-object-tagging --tagging TagSet=[{Key=a,Value=b}]" "put-object-acl --acl private"; do
  # shellcheck disable=SC2086
  if cli s3api $options --bucket "$BUCKET" --key moved.hex 2>"$work/error"; then exit 1; fi
  grep -q NotImplemented "$work/error" && echo "ok: refused: $options"
done
cli s3 cp --only-show-errors "s3://$BUCKET/moved.hex" "$work/moved"
cmp "$work/1.0.1.hex" "$work/moved" && echo "ok: moved"
expect "listed" "moved.hex 9000000" "$(
  cli s3api list-objects-v2 --bucket "$BUCKET" --prefix m \
    --query 'Contents[].[Key, to_string(Size)]' | tr '\t' ' '
)"
echo "done"
