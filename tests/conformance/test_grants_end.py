"""RevokeGrant and RetireGrant, and what becomes of grants with their key and over a restart."""

import threading
import time

import pytest

from conformance.support.audit_log import audit_text, event_of, request_id
from conformance.support.clients import aws_client, refused
from conformance.support.grants import grants_of, retirable_grants, root
from conformance.support.wire import call

WOULD_SUCCEED = "The request would have succeeded, but the DryRun option is set."
NEITHER = "Grant token OR (grant ID, key ID) must be specified"


@pytest.fixture
def grant(kms, key):
    return kms.create_grant(
        KeyId=key["KeyId"], GranteePrincipal=root(), RetiringPrincipal=root(), Operations=["Decrypt"], Name="n"
    )


def not_found(grant_id):
    return "NotFoundException", f"Grant ID {grant_id} not found"


def test_revoke(server, kms, key, grant):
    answer = call(server, "RevokeGrant", {"KeyId": key["KeyId"], "GrantId": grant["GrantId"]})
    assert (answer.status, answer.body) == (200, b"")
    assert grants_of(kms, key["KeyId"]) == {}
    assert grant["GrantId"] not in retirable_grants(kms)
    refused(*not_found(grant["GrantId"]), kms.revoke_grant, KeyId=key["KeyId"], GrantId=grant["GrantId"])


def test_revoke_of_what_is_not_there(kms, key, make_key, grant):
    for grant_id in ("0" * 64, "unknown", grant["GrantId"].upper()):
        refused(*not_found(grant_id), kms.revoke_grant, KeyId=key["KeyId"], GrantId=grant_id)
    other = make_key()["KeyId"]
    refused(*not_found(grant["GrantId"]), kms.revoke_grant, KeyId=other, GrantId=grant["GrantId"])
    refused("NotFoundException", "Invalid keyId 'foo'", kms.revoke_grant, KeyId="foo", GrantId=grant["GrantId"])
    assert list(grants_of(kms, key["KeyId"])) == [grant["GrantId"]]


@pytest.mark.parametrize("by", ["token", "id", "arn"])
def test_retire(server, kms, key, grant, by):
    named = {
        "token": {"GrantToken": grant["GrantToken"]},
        "id": {"KeyId": key["KeyId"], "GrantId": grant["GrantId"]},
        "arn": {"KeyId": key["Arn"], "GrantId": grant["GrantId"]},
    }[by]
    answer = call(server, "RetireGrant", named)
    assert (answer.status, answer.body) == (200, b"")
    assert grants_of(kms, key["KeyId"]) == {}
    assert grant["GrantId"] not in retirable_grants(kms)


def test_guess_a_token_of_a_grant_that_is_retired(kms, grant):
    kms.retire_grant(GrantToken=grant["GrantToken"])
    refused(*not_found(grant["GrantId"]), kms.retire_grant, GrantToken=grant["GrantToken"])


def test_every_token_of_a_grant_is_as_good(kms, key, grant):
    same = {"GranteePrincipal": root(), "RetiringPrincipal": root(), "Operations": ["Decrypt"], "Name": "n"}
    another = kms.create_grant(KeyId=key["KeyId"], **same)
    assert another["GrantId"] == grant["GrantId"]
    kms.retire_grant(GrantToken=another["GrantToken"])
    assert grants_of(kms, key["KeyId"]) == {}


def test_retire_what(kms, raw, key, grant):
    for named in ({}, {"KeyId": key["KeyId"]}, {"GrantId": grant["GrantId"]}, {"DryRun": True}):
        raw.refused("ValidationException", NEITHER, "RetireGrant", **named)
    refused("InvalidGrantTokenException", "", kms.retire_grant, GrantToken="garbage")
    refused(*not_found("0" * 64), kms.retire_grant, KeyId=key["KeyId"], GrantId="0" * 64)
    text = "Key Aliases are not supported for this operation."
    refused("InvalidArnException", text, kms.retire_grant, KeyId="alias/x", GrantId=grant["GrantId"])


def test_guess_a_token_of_another_region_is_none_here(server, grant):
    elsewhere = aws_client(server, "kms", region="eu-west-1")
    refused("InvalidGrantTokenException", "", elsewhere.retire_grant, GrantToken=grant["GrantToken"])


def test_guess_of_both_the_token_counts(kms, key, grant):
    other = kms.create_grant(KeyId=key["KeyId"], GranteePrincipal=root(), Operations=["Decrypt"])["GrantId"]
    kms.retire_grant(GrantToken=grant["GrantToken"], KeyId=key["KeyId"], GrantId=other)
    assert list(grants_of(kms, key["KeyId"])) == [other]


@pytest.mark.parametrize("ending", ["revoke_grant", "retire_grant"])
def test_in_every_state(kms, key, ending):
    grants = [
        kms.create_grant(KeyId=key["KeyId"], GranteePrincipal=root(), Operations=["Decrypt"])["GrantId"] for _ in range(2)
    ]
    for change, grant_id in zip((kms.disable_key, kms.schedule_key_deletion), grants, strict=True):
        change(KeyId=key["KeyId"])
        getattr(kms, ending)(KeyId=key["KeyId"], GrantId=grant_id)
    assert grants_of(kms, key["KeyId"]) == {}


def test_dry_run(kms, key, grant):
    named = {"KeyId": key["KeyId"], "GrantId": grant["GrantId"]}
    refused("DryRunOperationException", WOULD_SUCCEED, kms.revoke_grant, DryRun=True, **named)
    refused("DryRunOperationException", WOULD_SUCCEED, kms.retire_grant, DryRun=True, **named)
    refused("DryRunOperationException", WOULD_SUCCEED, kms.retire_grant, DryRun=True, GrantToken=grant["GrantToken"])
    refused(*not_found("0" * 64), kms.revoke_grant, DryRun=True, KeyId=key["KeyId"], GrantId="0" * 64)
    assert list(grants_of(kms, key["KeyId"])) == [grant["GrantId"]]


def test_the_audit_records(server, kms, key):
    ids = [
        kms.create_grant(KeyId=key["KeyId"], GranteePrincipal=root(), Operations=["Decrypt"]) for _ in range(3)
    ]
    resources = [{"accountId": "000000000000", "type": "AWS::KMS::Key", "ARN": key["Arn"]}]
    by_id = {"keyId": key["KeyId"], "grantId": ids[0]["GrantId"]}
    event = event_of(server, request_id(kms.revoke_grant(KeyId=key["KeyId"], GrantId=ids[0]["GrantId"])))
    assert event["requestParameters"] == by_id
    assert event["responseElements"] == {"keyId": key["Arn"]}
    assert event["resources"] == resources
    event = event_of(server, request_id(kms.retire_grant(KeyId=key["KeyId"], GrantId=ids[1]["GrantId"])))
    assert event["requestParameters"] == {"keyId": key["KeyId"], "grantId": ids[1]["GrantId"]}
    assert event["additionalEventData"] == {"grantId": ids[1]["GrantId"]}
    event = event_of(server, request_id(kms.retire_grant(GrantToken=ids[2]["GrantToken"])))
    assert event["requestParameters"] is None
    assert event["additionalEventData"] == {"grantId": ids[2]["GrantId"]}
    assert event["responseElements"] == {"keyId": key["Arn"]}
    assert event["resources"] == resources
    assert ids[2]["GrantToken"] not in str(event)


def test_over_a_restart(own_server):
    kms = aws_client(own_server, "kms")
    key = kms.create_key()["KeyMetadata"]
    request = {"KeyId": key["KeyId"], "GranteePrincipal": root(), "Operations": ["Decrypt"], "Name": "n"}
    kept = kms.create_grant(**request)
    ended = kms.create_grant(KeyId=key["KeyId"], GranteePrincipal=root(), Operations=["Encrypt"])
    kms.revoke_grant(KeyId=key["KeyId"], GrantId=ended["GrantId"])
    own_server.stop()
    own_server.start()
    kms = aws_client(own_server, "kms")
    assert list(grants_of(kms, key["KeyId"])) == [kept["GrantId"]]
    assert kms.create_grant(**request)["GrantId"] == kept["GrantId"]
    kms.retire_grant(GrantToken=kept["GrantToken"])
    assert grants_of(kms, key["KeyId"]) == {}


def test_grants_go_with_their_key(own_server):
    kms = aws_client(own_server, "kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    request = {"KeyId": key, "GranteePrincipal": root(), "RetiringPrincipal": root(), "Operations": ["Decrypt"]}
    made = [kms.create_grant(**request) for _ in range(60)]
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert set(retirable_grants(kms)) == {grant["GrantId"] for grant in made}
    own_server.advance_clock("8d")
    assert retirable_grants(kms) == {}
    refused("NotFoundException", f"Key 'arn:aws:kms:us-east-1:000000000000:key/{key}' does not exist", kms.list_grants, KeyId=key)
    deadline = time.monotonic() + 30
    while "DeleteKey" not in audit_text(own_server):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert retirable_grants(kms) == {}


# Every core has connections of its own; who reads after an acknowledged change sees it.
def test_what_was_granted_or_ended_is_seen_at_once_on_every_connection(server, kms, key):
    readers = [aws_client(server, "kms") for _ in range(6)]
    for _ in range(10):
        made = kms.create_grant(KeyId=key["KeyId"], GranteePrincipal=root(), Operations=["Decrypt"])["GrantId"]
        for reader in readers:
            assert list(grants_of(reader, key["KeyId"])) == [made]
        kms.retire_grant(KeyId=key["KeyId"], GrantId=made)
        for reader in readers:
            assert grants_of(reader, key["KeyId"]) == {}


def test_many_at_once_on_one_key(server, kms, key):
    request = {"KeyId": key["KeyId"], "GranteePrincipal": root(), "Operations": ["Decrypt"]}
    kept, shared, failed = [], [], []

    def work():
        client = aws_client(server, "kms")
        try:
            own = [client.create_grant(**request)["GrantId"] for _ in range(10)]
            shared.append(client.create_grant(**request, Name="shared")["GrantId"])
            for grant_id in own[::2]:
                client.revoke_grant(KeyId=key["KeyId"], GrantId=grant_id)
            kept.extend(own[1::2])
        except Exception as error:  # for the test's own thread
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(set(shared)) == 1, "one name and one set of parameters are one grant"
    assert set(grants_of(kms, key["KeyId"])) == {*kept, shared[0]}
