"""EnableKeyRotation, DisableKeyRotation, GetKeyRotationStatus, RotateKeyOnDemand, ListKeyRotations."""

import json
import time

import pytest

from conformance.support.audit_log import audit_events
from conformance.support.clients import aws_client, pages, refused, without_metadata
from conformance.support.key_life import current_id, rotate, wait_for_rotation
from conformance.support.key_specs import AGREE, MAC, SIGN
from conformance.support.refusals import DISABLED, STATE
from conformance.support.wire import call

DAY = 86400
UNSUPPORTED = "UnsupportedOperationException"
FIXED = [("RSA_2048", SIGN), ("ECC_NIST_P256", AGREE), ("HMAC_256", MAC), ("ML_DSA_44", SIGN)]


@pytest.fixture
def status(kms):
    return lambda key: without_metadata(kms.get_key_rotation_status(KeyId=key["KeyId"]))


@pytest.mark.parametrize("days", [None, 90, 365, 2560])
def test_enable(server, kms, key, status, days):
    body = {"KeyId": key["KeyId"]} | ({} if days is None else {"RotationPeriodInDays": days})
    now = time.time()
    answer = call(server, "EnableKeyRotation", body)
    assert (answer.status, answer.body) == (200, b"")
    shown = status(key)
    assert shown.pop("NextRotationDate").timestamp() == pytest.approx(now + (days or 365) * DAY, abs=10)
    assert shown == {"KeyId": key["Arn"], "KeyRotationEnabled": True, "RotationPeriodInDays": days or 365}


def test_disable(server, kms, key, status):
    kms.enable_key_rotation(KeyId=key["KeyId"])
    for _ in range(2):
        answer = call(server, "DisableKeyRotation", {"KeyId": key["KeyId"]})
        assert (answer.status, answer.body) == (200, b"")
        assert status(key) == {"KeyId": key["Arn"], "KeyRotationEnabled": False}


@pytest.mark.parametrize(("days", "rule"), [(89, "greater than or equal to 90"), (2561, "less than or equal to 2560")])
def test_periods_out_of_range_are_refused_before_the_key_is_looked_for(kms, days, rule):
    text = (
        f"1 validation error detected: Value '{days}' at 'rotationPeriodInDays' failed to satisfy constraint: "
        f"Member must have value {rule}"
    )
    refused("ValidationException", text, kms.enable_key_rotation, KeyId="nobody", RotationPeriodInDays=days)


def test_guess_enabling_again_counts_from_now_and_resets_the_period(kms, key, status):
    kms.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=90)
    kms.enable_key_rotation(KeyId=key["KeyId"])
    assert status(key)["RotationPeriodInDays"] == 365


@pytest.mark.parametrize(("spec", "usage"), FIXED)
def test_keys_that_cannot_rotate(kms, shared_key, status, spec, usage):
    key = shared_key(spec, usage)
    refused(UNSUPPORTED, "", kms.enable_key_rotation, KeyId=key["KeyId"])
    refused(UNSUPPORTED, "", kms.rotate_key_on_demand, KeyId=key["KeyId"])
    kms.disable_key_rotation(KeyId=key["KeyId"])  # measured: no error
    assert status(key) == {"KeyId": key["Arn"], "KeyRotationEnabled": False}
    assert without_metadata(kms.list_key_rotations(KeyId=key["KeyId"])) == {"Rotations": [], "Truncated": False}


def test_guess_all_key_material_of_a_key_that_cannot_rotate(kms, shared_key):
    key = shared_key("HMAC_256", MAC)
    refused(UNSUPPORTED, "", kms.list_key_rotations, KeyId=key["KeyId"], IncludeKeyMaterial="ALL_KEY_MATERIAL")


def test_the_state_comes_before_the_spec(kms, new_key):
    key = new_key("HMAC_256", MAC)
    kms.disable_key(KeyId=key["KeyId"])
    for operation in (kms.enable_key_rotation, kms.disable_key_rotation, kms.rotate_key_on_demand):
        refused(DISABLED, f"{key['Arn']} is disabled.", operation, KeyId=key["KeyId"])


def test_aliases_are_refused(kms, key, alias_name):
    kms.create_alias(AliasName=alias_name, TargetKeyId=key["KeyId"])
    for operation in (
        kms.enable_key_rotation,
        kms.disable_key_rotation,
        kms.get_key_rotation_status,
        kms.rotate_key_on_demand,
        kms.list_key_rotations,
    ):
        with pytest.raises(kms.exceptions.InvalidArnException):
            operation(KeyId=alias_name)


def test_on_demand(kms, key):
    first = current_id(kms, key["KeyId"])
    old = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"old", EncryptionContext={"a": "b"})
    assert without_metadata(kms.rotate_key_on_demand(KeyId=key["KeyId"])) == {"KeyId": key["Arn"]}
    wait_for_rotation(kms, key["KeyId"])
    second = current_id(kms, key["KeyId"])
    assert second != first
    new = kms.generate_data_key(KeyId=key["KeyId"], NumberOfBytes=16)
    assert new["KeyMaterialId"] == second
    opened = kms.decrypt(CiphertextBlob=new["CiphertextBlob"])
    assert (opened["Plaintext"], opened["KeyMaterialId"]) == (new["Plaintext"], second)
    opened = kms.decrypt(CiphertextBlob=old["CiphertextBlob"], EncryptionContext={"a": "b"})
    assert (opened["Plaintext"], opened["KeyMaterialId"]) == (b"old", first)
    moved = kms.re_encrypt(
        CiphertextBlob=old["CiphertextBlob"], SourceEncryptionContext={"a": "b"}, DestinationKeyId=key["KeyId"]
    )
    assert (moved["SourceKeyMaterialId"], moved["DestinationKeyMaterialId"]) == (first, second)


def test_an_on_demand_rotation_does_not_move_the_schedule(kms, key, status):
    kms.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=90)
    before = status(key)
    rotate(kms, key["KeyId"])
    assert status(key) == before


def test_twenty_five_rotations_and_no_more(kms, key):
    """Every ciphertext of every material opens, by the material that it names."""
    blobs = {}
    for number in range(26):
        blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"%d" % number)["CiphertextBlob"]
        blobs[current_id(kms, key["KeyId"])] = (blob, b"%d" % number)
        if number < 25:
            rotate(kms, key["KeyId"])
    assert len(blobs) == 26
    text = (
        "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be "
        f"performed for this key: {key['Arn']}"
    )
    refused("LimitExceededException", text, kms.rotate_key_on_demand, KeyId=key["KeyId"])
    for material, (blob, plaintext) in blobs.items():
        opened = kms.decrypt(CiphertextBlob=blob)
        assert (opened["Plaintext"], opened["KeyMaterialId"]) == (plaintext, material)

    listed = kms.list_key_rotations(KeyId=key["KeyId"])["Rotations"]
    assert [entry["KeyMaterialId"] for entry in listed] == list(blobs)[1:]
    assert {entry["RotationType"] for entry in listed} == {"ON_DEMAND"}
    assert [entry["KeyMaterialState"] for entry in listed] == ["NON_CURRENT"] * 24 + ["CURRENT"]
    dates = [entry["RotationDate"] for entry in listed]
    assert dates == sorted(dates)
    found = pages(kms.list_key_rotations, "Rotations", KeyId=key["KeyId"], Limit=10)
    assert [len(page) for page in found] == [10, 10, 5]
    assert sum(found, []) == listed
    everything = kms.list_key_rotations(KeyId=key["KeyId"], IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]
    assert everything[1:] == listed
    assert everything[0] == {
        "KeyId": key["Arn"],
        "KeyMaterialId": next(iter(blobs)),
        "KeyMaterialState": "NON_CURRENT",
    }


def test_markers_of_list_key_rotations(kms, make_key):
    one, other = (make_key()["KeyId"] for _ in range(2))
    for _ in range(2):
        rotate(kms, one)
    marker = kms.list_key_rotations(KeyId=one, Limit=1)["NextMarker"]
    bad = kms.exceptions.InvalidMarkerException
    for request in (
        {"KeyId": other, "Marker": marker},
        {"KeyId": one, "Marker": marker, "IncludeKeyMaterial": "ALL_KEY_MATERIAL"},
        {"KeyId": one, "Marker": "x"},
    ):
        with pytest.raises(bad):
            kms.list_key_rotations(**request)
    assert len(kms.list_key_rotations(KeyId=one, Marker=marker)["Rotations"]) == 1


def test_automatic_rotation(own_server):
    kms = aws_client(own_server, "kms")
    key = kms.create_key()["KeyMetadata"]
    kms.enable_key_rotation(KeyId=key["KeyId"], RotationPeriodInDays=90)
    due = kms.get_key_rotation_status(KeyId=key["KeyId"])["NextRotationDate"]
    materials = [current_id(kms, key["KeyId"])]
    blobs = [kms.encrypt(KeyId=key["KeyId"], Plaintext=b"0")["CiphertextBlob"]]
    own_server.advance_clock("89d")
    assert current_id(kms, key["KeyId"]) == materials[0]
    for number in range(1, 4):
        own_server.advance_clock("2d" if number == 1 else "90d")
        materials.append(current_id(kms, key["KeyId"]))
        assert len(set(materials)) == number + 1
        blobs.append(kms.encrypt(KeyId=key["KeyId"], Plaintext=b"%d" % number)["CiphertextBlob"])
        following = kms.get_key_rotation_status(KeyId=key["KeyId"])["NextRotationDate"]
        assert (following - due).days == 90
        due = following
    # The schedule and every material outlive a restart, and a kill.
    own_server.stop()
    own_server.start()
    own_server.kill()
    own_server.start()
    kms = aws_client(own_server, "kms")
    assert kms.get_key_rotation_status(KeyId=key["KeyId"])["NextRotationDate"] == due
    for number, blob in enumerate(blobs):
        opened = kms.decrypt(CiphertextBlob=blob)
        assert (opened["Plaintext"], opened["KeyMaterialId"]) == (b"%d" % number, materials[number])
    # Three years at once: one rotation, and the series goes on.
    own_server.advance_clock("1095d")
    listed = kms.list_key_rotations(KeyId=key["KeyId"])["Rotations"]
    assert [entry["RotationType"] for entry in listed] == ["AUTOMATIC"] * 4
    later = kms.get_key_rotation_status(KeyId=key["KeyId"])["NextRotationDate"]
    assert (later - due).days % 90 == 0
    kms.disable_key_rotation(KeyId=key["KeyId"])
    own_server.advance_clock("365d")
    assert len(kms.list_key_rotations(KeyId=key["KeyId"])["Rotations"]) == 4
    for number, blob in enumerate(blobs):
        assert kms.decrypt(CiphertextBlob=blob)["KeyMaterialId"] == materials[number]

    events = [event for event in audit_events(own_server) if event["eventName"] == "RotateKey"]
    assert len(events) == 4
    event = events[0]
    assert event["eventType"] == "AwsServiceEvent"
    assert event["userIdentity"] == {"accountId": "000000000000", "invokedBy": "AWS Internal"}
    assert event["serviceEventDetails"] == {"rotationType": "AUTOMATIC", "keyId": key["KeyId"]}
    assert [resource["ARN"] for resource in event["resources"]] == [key["Arn"]]
    assert (event["requestParameters"], event["responseElements"], event["readOnly"]) == (None, None, False)
    assert "requestID" not in event


def test_the_event_of_a_rotation_on_demand(own_server):
    kms = aws_client(own_server, "kms")
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    rotate(kms, key_id)
    events = {event["eventName"]: event for event in audit_events(own_server)}
    assert events["RotateKeyOnDemand"]["requestParameters"] == {"keyId": key_id}
    assert events["RotateKey"]["serviceEventDetails"] == {"rotationType": "ON_DEMAND", "keyId": key_id}


def test_rotation_waits_while_a_key_is_not_enabled(own_server):
    kms = aws_client(own_server, "kms")
    key = kms.create_key()["KeyMetadata"]
    key_id = key["KeyId"]
    first = current_id(kms, key_id)
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    on = kms.get_key_rotation_status(KeyId=key_id)
    kms.disable_key(KeyId=key_id)
    assert kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"] is True
    refused(DISABLED, f"{key['Arn']} is disabled.", kms.enable_key_rotation, KeyId=key_id)
    own_server.advance_clock("100d")
    assert current_id(kms, key_id) == first
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=30)
    assert without_metadata(kms.get_key_rotation_status(KeyId=key_id)) == {
        "KeyId": key["Arn"],
        "KeyRotationEnabled": False,
    }
    refused(STATE, f"{key['Arn']} is pending deletion.", kms.disable_key_rotation, KeyId=key_id)
    kms.cancel_key_deletion(KeyId=key_id)
    assert kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"] is True
    own_server.advance_clock("1d")
    assert current_id(kms, key_id) == first
    kms.enable_key(KeyId=key_id)
    own_server.advance_clock("1s")  # what is due runs before this returns
    assert current_id(kms, key_id) != first
    following = kms.get_key_rotation_status(KeyId=key_id)["NextRotationDate"]
    assert (following - on["NextRotationDate"]).days == 90, "the old schedule goes on"


def test_guess_on_demand_close_to_an_automatic_rotation(own_server):
    kms = aws_client(own_server, "kms")
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=90)
    own_server.advance_clock(f"{90 * 24 * 60 - 15}m")
    with pytest.raises(kms.exceptions.ConflictException):
        kms.rotate_key_on_demand(KeyId=key_id)


def test_policies_may_ask_for_the_period(own_server):
    admin, iam = aws_client(own_server, "kms"), aws_client(own_server, "iam")
    iam.create_user(UserName="rotator")
    secret = iam.create_access_key(UserName="rotator")["AccessKey"]
    statement = {
        "Effect": "Allow",
        "Action": "kms:EnableKeyRotation",
        "Resource": "*",
        "Condition": {"NumericLessThanEquals": {"kms:RotationPeriodInDays": "180"}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="rotator", PolicyName="p", PolicyDocument=document)
    key_id = admin.create_key()["KeyMetadata"]["KeyId"]
    kms = aws_client(own_server, "kms", key=secret["AccessKeyId"], secret=secret["SecretAccessKey"])
    kms.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=180)
    for request in ({"RotationPeriodInDays": 181}, {}):
        with pytest.raises(kms.exceptions.ClientError) as caught:
            kms.enable_key_rotation(KeyId=key_id, **request)
        assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    for operation in (kms.rotate_key_on_demand, kms.list_key_rotations, kms.disable_key_rotation):
        with pytest.raises(kms.exceptions.ClientError) as caught:
            operation(KeyId=key_id)
        assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
