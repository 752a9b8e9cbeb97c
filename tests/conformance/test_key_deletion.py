"""ScheduleKeyDeletion, CancelKeyDeletion, and the deletion itself when its time has come."""

import time

import pytest

from conformance.support.clients import aws_client, refused, without_metadata
from conformance.support.server import alias_arn
from conformance.support.wire import call

UNUSABLE = (
    "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not "
    "allowed to access."
)


@pytest.mark.parametrize("days", [7, 8, 30, None])
def test_schedule(server, kms, key, days):
    body = {"KeyId": key["KeyId"]} | ({} if days is None else {"PendingWindowInDays": days})
    now = time.time()
    answer = call(server, "ScheduleKeyDeletion", body).json()
    assert set(answer) == {"KeyId", "DeletionDate", "KeyState", "PendingWindowInDays"}
    assert answer["KeyId"] == key["Arn"]
    assert answer["KeyState"] == "PendingDeletion"
    assert answer["PendingWindowInDays"] == (days or 30)
    assert answer["DeletionDate"] == pytest.approx(now + (days or 30) * 86400, abs=10)
    metadata = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert metadata.pop("DeletionDate").timestamp() == pytest.approx(answer["DeletionDate"], abs=0.001)
    assert metadata == key | {"Enabled": False, "KeyState": "PendingDeletion"}


# The service takes 7 to 30 while its model says 1 to 365.
@pytest.mark.parametrize(
    ("days", "constraint"),
    [
        (0, "greater than or equal to"),
        (1, "greater than or equal to"),
        (6, "greater than or equal to"),
        (31, "less than or equal to"),
        (365, "less than or equal to"),
        (366, "less than or equal to"),
    ],
)
def test_guess_window_of_7_to_30_days(kms, key, days, constraint):
    with pytest.raises(kms.exceptions.ClientError) as caught:
        kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=days)
    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationException"
    assert error["Message"].startswith(
        f"1 validation error detected: Value '{days}' at 'pendingWindowInDays' failed to satisfy constraint: "
        f"Member must have value {constraint} "
    )
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] == key


def test_cancel_leaves_the_key_disabled(server, kms, key):
    kms.schedule_key_deletion(KeyId=key["KeyId"])
    answer = call(server, "CancelKeyDeletion", {"KeyId": key["KeyId"]})
    assert answer.json() == {"KeyId": key["Arn"]}
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] == key | {"Enabled": False, "KeyState": "Disabled"}
    kms.enable_key(KeyId=key["KeyId"])
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] == key


def test_guess_cancel_of_what_is_not_scheduled(kms, key):
    text = f"{key['Arn']} is not pending deletion."
    refused("KMSInvalidStateException", text, kms.cancel_key_deletion, KeyId=key["KeyId"])


def test_the_end_of_a_key(own_server):
    kms = aws_client(own_server, "kms")
    doomed, kept = (kms.create_key()["KeyMetadata"] for _ in range(2))
    for name in ("alias/one", "alias/two"):
        kms.create_alias(AliasName=name, TargetKeyId=doomed["KeyId"])
    blob = kms.encrypt(KeyId=doomed["KeyId"], Plaintext=b"text")["CiphertextBlob"]
    kms.schedule_key_deletion(KeyId=doomed["KeyId"], PendingWindowInDays=30)

    own_server.advance_clock("29d")
    assert kms.describe_key(KeyId="alias/one")["KeyMetadata"]["KeyState"] == "PendingDeletion"

    own_server.advance_clock("2d")
    text = f"Key '{doomed['Arn']}' does not exist"
    for operation in (kms.describe_key, kms.enable_key, kms.cancel_key_deletion, kms.list_resource_tags):
        refused("NotFoundException", text, operation, KeyId=doomed["KeyId"])
    refused("NotFoundException", f"Alias {alias_arn('alias/one')} is not found.", kms.describe_key, KeyId="alias/one")
    refused("AccessDeniedException", UNUSABLE, kms.decrypt, CiphertextBlob=blob)
    assert [entry["KeyId"] for entry in kms.list_keys()["Keys"]] == [kept["KeyId"]]
    assert kms.list_aliases()["Aliases"] == []
    assert kms.describe_key(KeyId=kept["KeyId"])["KeyMetadata"] == kept

    # The name is free again, and the deletion outlives a restart.
    kms.create_alias(AliasName="alias/one", TargetKeyId=kept["KeyId"])
    own_server.stop()
    own_server.start()
    kms = aws_client(own_server, "kms")
    refused("NotFoundException", text, kms.describe_key, KeyId=doomed["KeyId"])
    assert kms.describe_key(KeyId="alias/one")["KeyMetadata"] == kept


def test_a_cancelled_deletion_never_comes(own_server):
    kms = aws_client(own_server, "kms")
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    kms.cancel_key_deletion(KeyId=key_id)
    own_server.advance_clock("31d")
    kms.enable_key(KeyId=key_id)
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"text")["CiphertextBlob"]
    assert without_metadata(kms.decrypt(CiphertextBlob=blob))["Plaintext"] == b"text"


def test_signatures_follow_the_wall_clock_not_the_shifted_one(own_server):
    own_server.advance_clock("31d")
    before = time.time()
    created = aws_client(own_server, "kms").create_key()["KeyMetadata"]["CreationDate"].timestamp()
    assert created == pytest.approx(before + 31 * 86400, abs=30)
