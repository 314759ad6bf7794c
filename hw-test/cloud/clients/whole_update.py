"""A whole update with boto3 as operator and paho as tracker, against a local AWS.

In: AWS_ENDPOINT_URL, credentials and region as boto3 reads them, BUCKET, THING (which is there), MQTT_HOST,
MQTT_PORT, MQTT_CA, CERT and KEY (PEM files); PROTOCOL, 4 for MQTT 3.1.1 or 5.
"""
import json
import os
import queue
import sys

import boto3
import paho.mqtt.client as mqtt

endpoint = os.environ["AWS_ENDPOINT_URL"]
bucket, thing = os.environ["BUCKET"], os.environ["THING"]
protocol = int(os.environ["PROTOCOL"])
iot = boto3.client("iot", endpoint_url=endpoint)
s3 = boto3.client("s3", endpoint_url=endpoint)
job = f"python-{protocol}"
jobs = f"$aws/things/{thing}/jobs"
heard = queue.Queue()


def hear():
    message = heard.get(timeout=20)
    return message.topic, json.loads(message.payload)


def expect(what, expected, actual):
    if actual != expected:
        sys.exit(f"{what}: expected {expected}, found {actual}")
    print(f"ok: {what}: {actual}", flush=True)


tracker = mqtt.Client(client_id=thing, protocol=protocol)
tracker.tls_set(os.environ["MQTT_CA"], os.environ["CERT"], os.environ["KEY"])
tracker.on_message = lambda _client, _user, message: heard.put(message)
subscribed = queue.Queue()
tracker.on_subscribe = lambda *_: subscribed.put(True)
tracker.connect(os.environ["MQTT_HOST"], int(os.environ["MQTT_PORT"]))
tracker.loop_start()
tracker.subscribe(f"{jobs}/notify-next", qos=1)
subscribed.get(timeout=20)

s3.put_object(Bucket=bucket, Key="1.0.1.hex", Body=b":00000001FF\n")
url = f"${{aws:iot:s3-presigned-url:https://s3.amazonaws.com/{bucket}/1.0.1.hex}}"
iot.create_job(
    jobId=job,
    targets=[iot.describe_thing(thingName=thing)["thingArn"]],
    document=json.dumps({"location": {"url": url}}),
    presignedUrlConfig={"roleArn": "arn:aws:iam::123456789012:role/files"},
)
topic, body = hear()
expect("notified", f"{jobs}/notify-next", topic)
expect("of the job", job, body["execution"]["jobId"])
tracker.publish(f"{jobs}/start-next", json.dumps({"clientToken": "c"}), qos=1)
topic, body = hear()
expect("started", f"{jobs}/start-next/accepted", topic)
expect("presigned", True, "X-Amz-Signature=" in body["execution"]["jobDocument"]["location"]["url"])
tracker.publish(f"{jobs}/{job}/update", json.dumps({"status": "SUCCEEDED"}), qos=1)
expect("ended", {f"{jobs}/{job}/update/accepted", f"{jobs}/notify-next"}, {hear()[0], hear()[0]})
expect("job", "COMPLETED", iot.describe_job(jobId=job)["job"]["status"])
tracker.disconnect()
print("done")
