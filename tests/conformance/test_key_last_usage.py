"""GetKeyLastUsage: which operation was the last with a key, when, and where its audit record is."""

import datetime
import json

import pytest
from botocore.exceptions import ClientError

from conformance.support.audit_log import event_of
from conformance.support.clients import aws_client
from conformance.support.server import Server


@pytest.fixture
def key(kms):
    return kms.create_key()["KeyMetadata"]


def usage_of(kms, key_id):
    return kms.get_key_last_usage(KeyId=key_id)


def test_a_key_that_was_never_used(kms, key):
    answer = usage_of(kms, key["Arn"])
    assert answer["KeyId"] == key["KeyId"]
    assert answer["KeyLastUsage"] == {}
    assert answer["KeyCreationDate"] == key["CreationDate"] == answer["TrackingStartDate"]


def test_the_last_operation_its_time_and_its_request(kms, key):
    kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
    before = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    done = kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256")
    usage = usage_of(kms, key["KeyId"])["KeyLastUsage"]
    assert usage["Operation"] == "GenerateDataKey"
    assert usage["KmsRequestId"] == done["ResponseMetadata"]["RequestId"]
    assert before <= usage["Timestamp"] <= datetime.datetime.now(datetime.timezone.utc)
    assert usage["Timestamp"].microsecond == 0


def test_what_counts_and_what_does_not(kms, key):
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    kms.decrypt(CiphertextBlob=blob)
    kms.describe_key(KeyId=key["KeyId"])
    kms.get_key_policy(KeyId=key["KeyId"])
    with pytest.raises(ClientError):
        kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x", DryRun=True)
    with pytest.raises(ClientError):
        kms.decrypt(CiphertextBlob=blob, EncryptionContext={"another": "context"})
    assert usage_of(kms, key["KeyId"])["KeyLastUsage"]["Operation"] == "Decrypt"


def test_re_encrypt_uses_both_keys(kms, key):
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=other)
    for each in (key["KeyId"], other):
        assert usage_of(kms, each)["KeyLastUsage"]["Operation"] == "ReEncrypt"


@pytest.mark.parametrize("state", ["Disabled", "PendingDeletion"])
def test_a_key_of_any_state_tells(kms, key, state):
    kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
    if state == "Disabled":
        kms.disable_key(KeyId=key["KeyId"])
    else:
        kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    assert usage_of(kms, key["KeyId"])["KeyLastUsage"]["Operation"] == "Encrypt"


def test_an_alias_is_refused(kms, key):
    kms.create_alias(AliasName=f"alias/usage-{key['KeyId']}", TargetKeyId=key["KeyId"])
    with pytest.raises(ClientError, match="InvalidArnException|NotFoundException|ValidationException"):
        usage_of(kms, f"alias/usage-{key['KeyId']}")


def test_it_points_at_the_audit_record_and_outlives_the_server(tmp_path):
    server = Server(tmp_path / "data")
    with server:
        kms = aws_client(server, "kms")
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.encrypt(KeyId=key, Plaintext=b"x")
        before = usage_of(kms, key)["KeyLastUsage"]
    with server:
        assert usage_of(aws_client(server, "kms"), key)["KeyLastUsage"] == before
    event = event_of(server, before["KmsRequestId"])
    assert (event["eventName"], event["eventID"]) == ("Encrypt", before["CloudTrailEventId"])


GUARD = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"},
        {
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": ["kms:ScheduleKeyDeletion", "kms:DisableKey"],
            "Resource": "*",
            "Condition": {"NumericLessThan": {"kms:TrailingDaysWithoutKeyUsage": "90"}},
        },
    ],
}


# Guess: a key that was never used counts from its creation.
def test_a_policy_guards_keys_that_are_in_use(tmp_path):
    with Server(tmp_path / "data") as server:
        kms = aws_client(server, "kms")
        used, unused = (kms.create_key(Policy=json.dumps(GUARD))["KeyMetadata"]["KeyId"] for _ in range(2))
        for key in (used, unused):
            for call, parameters in ((kms.disable_key, {}), (kms.schedule_key_deletion, {"PendingWindowInDays": 7})):
                with pytest.raises(ClientError, match="AccessDeniedException"):
                    call(KeyId=key, **parameters)
        server.advance_clock("60d")
        kms.encrypt(KeyId=used, Plaintext=b"x")
        server.advance_clock("31d")
        with pytest.raises(ClientError, match="AccessDeniedException"):
            kms.disable_key(KeyId=used)
        kms.disable_key(KeyId=unused)
        server.advance_clock("60d")
        kms.schedule_key_deletion(KeyId=used, PendingWindowInDays=7)
