"""The audit log: one CloudTrail record of every verified request, refused ones too."""

import datetime
import re

import pytest
from botocore.exceptions import ClientError

from conformance.support.audit_log import audit_events, event_of, request_id
from conformance.support.clients import aws_client
from conformance.support.server import ACCOUNT, REGION
from conformance.support.wire import Signer, call

ALWAYS = {
    "eventVersion",
    "userIdentity",
    "eventTime",
    "eventSource",
    "eventName",
    "awsRegion",
    "sourceIPAddress",
    "userAgent",
    "requestParameters",
    "responseElements",
    "requestID",
    "eventID",
    "readOnly",
    "resources",
    "eventType",
    "managementEvent",
    "recipientAccountId",
    "eventCategory",
}


def resource(arn):
    return {"accountId": ACCOUNT, "type": "AWS::KMS::Key", "ARN": arn}


def failing(operation, **parameters):
    with pytest.raises(ClientError) as caught:
        operation(**parameters)
    return caught.value.response


def test_the_members_of_a_record(server, kms, key):
    before = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    event = event_of(server, request_id(kms.describe_key(KeyId=key["KeyId"])))
    assert set(event) == ALWAYS
    assert event["userIdentity"] == {
        "type": "Root",
        "principalId": ACCOUNT,
        "arn": f"arn:aws:iam::{ACCOUNT}:root",
        "accountId": ACCOUNT,
        "accessKeyId": "test",
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", event["eventTime"])
    assert before <= datetime.datetime.fromisoformat(event["eventTime"]) <= datetime.datetime.now(datetime.UTC)
    assert re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", event["eventID"])
    assert event["userAgent"].startswith("Boto3/")
    constant = {
        "eventVersion": "1.11",
        "eventSource": "kms.amazonaws.com",
        "eventName": "DescribeKey",
        "awsRegion": REGION,
        "sourceIPAddress": "127.0.0.1",
        "requestParameters": {"keyId": key["KeyId"]},
        "responseElements": None,
        "readOnly": True,
        "resources": [resource(key["Arn"])],
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }
    assert {name: event[name] for name in constant} == constant


def test_refused_requests(server, kms, key, disabled_key):
    cases = [
        (failing(kms.describe_key, KeyId="foo"), "NotFoundException", "Invalid keyId 'foo'"),
        (
            failing(kms.encrypt, KeyId=disabled_key["KeyId"], Plaintext=b"x"),
            "DisabledException",
            f"{disabled_key['Arn']} is disabled.",
        ),
        (
            failing(kms.encrypt, KeyId=key["KeyId"], Plaintext=b"x", DryRun=True),
            "DryRunOperationException",
            "The request would have succeeded, but the DryRun option is set.",
        ),
        (
            failing(kms.generate_data_key, KeyId=key["KeyId"]),
            "ValidationException",
            "Please specify either number of bytes or key spec.",
        ),
        (
            failing(kms.list_keys, Limit=0),
            "ValidationException",
            "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
        ),
    ]
    for response, code, text in cases:
        event = event_of(server, request_id(response))
        assert (event["errorCode"], event["errorMessage"]) == (code, text)
        assert event["responseElements"] is None
    response = failing(kms.decrypt, CiphertextBlob=b"garbage")
    assert event_of(server, request_id(response))["errorCode"] == "InvalidCiphertextException"


def test_access_denied_loses_its_suffix(server, kms, key):
    foreign = key["Arn"].replace(ACCOUNT, "111122223333")
    event = event_of(server, request_id(failing(kms.describe_key, KeyId=foreign)))
    assert event["errorCode"] == "AccessDenied"
    assert event["errorMessage"].startswith("User: ")


def test_operations_that_are_not_supported(server):
    answer = call(server, "ReplicateKey")
    event = event_of(server, answer.get("x-amzn-RequestId"))
    assert (event["eventName"], event["errorCode"]) == ("ReplicateKey", "UnsupportedOperationException")


def test_requests_without_a_verified_signature_leave_nothing(server):
    refused = [
        call(server, "ListKeys", authorization=""),
        call(server, "ListKeys", signer=Signer(secret="wrong")),
        call(server, "ListKeys", signer=Signer(key="AKIAX")),
        call(server, "ListKeys", b"no JSON"),
        call(server, "NoSuchThing"),
    ]
    ids = {answer.get("x-amzn-RequestId") for answer in refused}
    assert len(ids) == 5
    assert not ids & {event.get("requestID") for event in audit_events(server)}


def test_sts(server, sts):
    event = event_of(server, request_id(sts.get_caller_identity()))
    assert (event["eventSource"], event["eventName"], event["readOnly"]) == (
        "sts.amazonaws.com",
        "GetCallerIdentity",
        True,
    )


def test_hostile_texts_stay_within_one_line(server, key):
    agent = '"}\\ \u0085' + "ä" * 2000
    extra = [("User-Agent", agent.encode().decode("latin-1"))]
    body = {"KeyId": key["KeyId"], "Description": 'line\nfeed "quoted" \u2028 \u0000 \u007f'}
    answer = call(server, "UpdateKeyDescription", body, extra=extra)
    event = event_of(server, answer.get("x-amzn-RequestId"))
    assert len(event["userAgent"].encode()) <= 1024
    assert event["requestParameters"]["description"] == body["Description"]


def test_one_record_for_every_request_and_the_deletion_itself(own_server):
    kms = aws_client(own_server, "kms")
    made = [kms.create_key() for _ in range(3)]
    key = made[0]["KeyMetadata"]
    answers = [
        *made,
        failing(kms.describe_key, KeyId="foo"),
        kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7),
    ]
    own_server.advance_clock("8d")
    events = audit_events(own_server)
    requests = [
        event["requestID"] for event in events if "requestID" in event and event["eventSource"] == "kms.amazonaws.com"
    ]
    assert requests == [request_id(answer) for answer in answers]  # in their order, each once
    assert len({event["eventID"] for event in events}) == len(events)
    deleted = [event for event in events if event["eventName"] == "DeleteKey"]
    assert len(deleted) == 1
    assert deleted[0]["eventType"] == "AwsServiceEvent"
    assert deleted[0]["resources"] == [resource(key["Arn"])]
    assert deleted[0]["userIdentity"] == {"accountId": ACCOUNT, "invokedBy": "AWS Internal"}
