"""Keys of origin EXTERNAL before their material comes: what can be done with them, and what cannot."""

import contextlib

import pytest

from conformance.support.clients import refused
from conformance.support.key_specs import AGREE, ENCRYPT, MAC, SIGN
from conformance.support.raw_kms import RawKms
from conformance.support.refusals import STATE

KINDS = [
    ("SYMMETRIC_DEFAULT", ENCRYPT),
    ("RSA_2048", ENCRYPT),
    ("RSA_2048", SIGN),
    ("ECC_NIST_P256", AGREE),
    ("ECC_NIST_EDWARDS25519", SIGN),
    ("HMAC_256", MAC),
]


@pytest.fixture
def waiting(new_key):
    return lambda spec, usage, **how: new_key(spec, usage, Origin="EXTERNAL", **how)


@pytest.mark.parametrize(("spec", "usage"), KINDS)
def test_what_can_be_done(kms, waiting, alias_name, spec, usage):
    key_id = waiting(spec, usage)["KeyId"]
    kms.update_key_description(KeyId=key_id, Description="waits for its material")
    kms.tag_resource(KeyId=key_id, Tags=[{"TagKey": "a", "TagValue": "b"}])
    kms.create_alias(AliasName=alias_name, TargetKeyId=key_id)
    policy = kms.get_key_policy(KeyId=key_id)["Policy"]
    kms.put_key_policy(KeyId=key_id, Policy=policy)
    metadata = kms.describe_key(KeyId=alias_name)["KeyMetadata"]
    assert (metadata["KeyState"], metadata["Enabled"]) == ("PendingImport", False)
    assert metadata["Description"] == "waits for its material"
    assert kms.list_resource_tags(KeyId=key_id)["Tags"] == [{"TagKey": "a", "TagValue": "b"}]
    assert kms.list_key_policies(KeyId=key_id)["PolicyNames"] == ["default"]
    assert [entry["AliasName"] for entry in kms.list_aliases(KeyId=key_id)["Aliases"]] == [alias_name]
    kms.untag_resource(KeyId=key_id, TagKeys=["a"])
    kms.delete_alias(AliasName=alias_name)


@pytest.mark.parametrize(("spec", "usage"), KINDS)
def test_it_is_neither_enabled_nor_disabled(kms, waiting, spec, usage):
    key = waiting(spec, usage)
    for operation in (kms.enable_key, kms.disable_key):
        refused(STATE, f"{key['Arn']} is pending import.", operation, KeyId=key["KeyId"])
    refused(STATE, f"{key['Arn']} is not pending deletion.", kms.cancel_key_deletion, KeyId=key["KeyId"])


# Documented for the state; of asymmetric and HMAC keys in general, it is documented that they show "false".
@pytest.mark.parametrize(
    ("spec", "usage"), [KINDS[0], *(pytest.param(*kind, id=f"{kind[0]}-{kind[1]}-guess") for kind in KINDS[1:])]
)
def test_its_origin_has_no_rotation_status(kms, waiting, spec, usage):
    key = waiting(spec, usage)
    text = f"{key['Arn']} origin is EXTERNAL which is not valid for this operation."
    refused("UnsupportedOperationException", text, kms.get_key_rotation_status, KeyId=key["KeyId"])


# Which state comes back is a guess: other keys come back disabled.
@pytest.mark.parametrize(("spec", "usage"), KINDS)
def test_a_deletion_that_is_cancelled_guess(kms, waiting, spec, usage):
    key = waiting(spec, usage)
    answer = kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    assert (answer["KeyId"], answer["KeyState"]) == (key["Arn"], "PendingDeletion")
    refused(STATE, f"{key['Arn']} is pending deletion.", kms.enable_key, KeyId=key["KeyId"])
    assert kms.cancel_key_deletion(KeyId=key["KeyId"])["KeyId"] == key["Arn"]
    metadata = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert (metadata["KeyState"], metadata["Enabled"]) == ("PendingImport", False)
    assert "DeletionDate" not in metadata


@pytest.mark.parametrize(("spec", "usage"), KINDS)
def test_a_key_without_material_is_never_enabled(kms, waiting, spec, usage):
    """Whatever state it comes back to from a deletion that is cancelled."""
    key_id = waiting(spec, usage)["KeyId"]
    kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=7)
    kms.cancel_key_deletion(KeyId=key_id)
    with contextlib.suppress(kms.exceptions.KMSInvalidStateException):
        kms.enable_key(KeyId=key_id)
    metadata = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    assert metadata["Enabled"] is False
    assert metadata["KeyState"] in ("PendingImport", "Disabled")


def test_it_survives_a_restart(own_server):
    kms = RawKms(own_server)
    keys = [
        kms("CreateKey", KeySpec=spec, KeyUsage=usage, Origin="EXTERNAL", MultiRegion=multi)["KeyMetadata"]
        for (spec, usage), multi in zip(KINDS, [False, True] * 3, strict=True)
    ]
    own_server.stop()
    own_server.start()
    for key in keys:
        assert kms("DescribeKey", KeyId=key["KeyId"])["KeyMetadata"] == key
