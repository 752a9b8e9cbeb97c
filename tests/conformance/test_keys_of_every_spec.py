"""What is the same for keys of every spec: management, restarts, and aliases that stay with one kind of key."""

import pytest

from conformance.support.clients import refused, without_metadata
from conformance.support.key_specs import AGREE, ENCAPSULATE, ENCRYPT, KEYS, MAC, RSA, SIGN, SPECS
from conformance.support.operation_requests import Requests
from conformance.support.raw_kms import RawKms, Refused
from conformance.support.refusals import VALIDATION
from conformance.support.server import key_arn

ONE_SIZE = [case for case in KEYS if case[0] not in RSA[1:]]  # RSA keys take long to make
OPENING = {
    ENCRYPT: "Decrypt",
    SIGN: "Verify",
    MAC: "VerifyMac",
    AGREE: "DeriveSharedSecret",
    ENCAPSULATE: "Decapsulate",
}


@pytest.mark.parametrize(("spec", "usage"), ONE_SIZE)
def test_rotation_is_off(raw_for, shared_key, spec, usage):
    key = shared_key(spec, usage)
    answer = raw_for(spec)("GetKeyRotationStatus", KeyId=key["KeyId"])
    assert answer == {"KeyId": key["Arn"], "KeyRotationEnabled": False}


@pytest.mark.parametrize(("spec", "usage"), ONE_SIZE)
def test_management(raw_for, new_key, alias_name, spec, usage):
    raw, key = raw_for(spec), new_key(spec, usage)
    key_id, tags = key["KeyId"], [{"TagKey": "a", "TagValue": "b"}]
    raw("UpdateKeyDescription", KeyId=key_id, Description="changed")
    raw("TagResource", KeyId=key_id, Tags=tags)
    raw("CreateAlias", AliasName=alias_name, TargetKeyId=key_id)
    assert raw("ListResourceTags", KeyId=key_id)["Tags"] == tags
    assert raw("DescribeKey", KeyId=alias_name)["KeyMetadata"] == key | {"Description": "changed"}
    raw("DeleteAlias", AliasName=alias_name)
    raw("ScheduleKeyDeletion", KeyId=key_id, PendingWindowInDays=7)
    pending = raw("DescribeKey", KeyId=key_id)["KeyMetadata"]
    assert pending.pop("DeletionDate") > key["CreationDate"]
    assert pending == key | {"Description": "changed", "KeyState": "PendingDeletion", "Enabled": False}


@pytest.mark.timeout(600)
def test_every_key_survives_a_restart(own_server):
    """What a key made before, it opens and verifies afterwards: its material is the same."""
    kms = RawKms(own_server)
    made = []
    for spec, usage in ONE_SIZE:
        if spec == "SM2":
            continue
        key = kms("CreateKey", KeySpec=spec, KeyUsage=usage)["KeyMetadata"]
        public = kms("GetPublicKey", KeyId=key["KeyId"])["PublicKey"] if usage == AGREE else None
        build = Requests(
            lambda _: kms, lambda *_, key=key: key, lambda *_, public=public: public, lambda _, key=key: key["KeyId"]
        )
        operation = OPENING[usage]
        request = build.of(spec, usage, operation, SPECS[spec][usage][0])
        made.append((key, operation, request, kms(operation, **request)))
    own_server.stop()
    own_server.start()
    for key, operation, request, answer in made:
        assert kms("DescribeKey", KeyId=key["KeyId"])["KeyMetadata"] == key
        assert kms(operation, **request) == answer


# The text is known from another emulator alone.
@pytest.mark.parametrize(
    ("first", "second"), [(("RSA_2048", SIGN), ("RSA_2048", ENCRYPT)), (("SM2", SIGN), ("SM2", AGREE))]
)
def test_an_alias_stays_with_its_key_usage_guess(raw_for, shared_key, alias_name, first, second):
    raw = raw_for(first[0])
    raw("CreateAlias", AliasName=alias_name, TargetKeyId=shared_key(*first)["KeyId"])
    text = (
        f"Alias {alias_name} cannot be changed from a CMK with key usage {first[1]} to a CMK with key usage {second[1]}. "
        "The key usage of the current CMK and the new CMK must be the same."
    )
    raw.refused(VALIDATION, text, "UpdateAlias", AliasName=alias_name, TargetKeyId=shared_key(*second)["KeyId"])
    assert raw("DescribeKey", KeyId=alias_name)["KeyMetadata"]["Arn"] == shared_key(*first)["Arn"]
    raw("DeleteAlias", AliasName=alias_name)


def test_an_alias_stays_with_its_type_of_key_guess(raw, shared_key, alias_name):
    """Symmetric and asymmetric keys that both encrypt; that it is a ValidationException is presumed."""
    raw("CreateAlias", AliasName=alias_name, TargetKeyId=shared_key("RSA_2048", ENCRYPT)["KeyId"])
    with pytest.raises(Refused) as caught:
        raw("UpdateAlias", AliasName=alias_name, TargetKeyId=shared_key("SYMMETRIC_DEFAULT", ENCRYPT)["KeyId"])
    assert caught.value.code == VALIDATION
    raw("DeleteAlias", AliasName=alias_name)


@pytest.mark.parametrize(
    ("first", "second"), [("RSA_2048", "ECC_NIST_P256"), ("HMAC_224", "HMAC_512"), ("ML_DSA_44", "ML_DSA_87")]
)
def test_an_alias_may_go_to_another_spec_of_its_type_and_usage(raw, shared_key, alias_name, first, second):
    usage = MAC if first.startswith("HMAC") else SIGN
    raw("CreateAlias", AliasName=alias_name, TargetKeyId=shared_key(first, usage)["KeyId"])
    raw("UpdateAlias", AliasName=alias_name, TargetKeyId=shared_key(second, usage)["KeyId"])
    assert raw("DescribeKey", KeyId=alias_name)["KeyMetadata"]["Arn"] == shared_key(second, usage)["Arn"]
    raw("DeleteAlias", AliasName=alias_name)


@pytest.mark.parametrize(("spec", "usage"), [case for case in ONE_SIZE if case[0] != "SM2"])
def test_a_multi_region_primary_works_as_any_key(server, raw, new_key, public_key, symmetric_key, spec, usage):
    key = new_key(spec, usage, MultiRegion=True)

    def symmetric(of):
        return key["KeyId"] if of == "SYMMETRIC_DEFAULT" else symmetric_key(of)

    def public(of, use):
        return raw("GetPublicKey", KeyId=key["KeyId"])["PublicKey"] if of == spec else public_key(of, use)

    build = Requests(lambda _: raw, lambda *_: key, public, symmetric)
    operation = OPENING[usage]
    request = build.of(spec, usage, operation, SPECS[spec][usage][0])
    assert raw(operation, **request)["KeyId"] == key["Arn"]
    # It is not in another Region before it is replicated there.
    elsewhere = RawKms(server, "eu-central-1")
    text = f"Key '{key_arn(key['KeyId'], region='eu-central-1')}' does not exist"
    elsewhere.refused("NotFoundException", text, "DescribeKey", KeyId=key["KeyId"])


def test_ciphertexts_of_a_multi_region_primary(kms, make_key):
    """The key's name is not a UUID; whose key it is is still told from the ciphertext alone."""
    key = make_key(MultiRegion=True)
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text", EncryptionContext={"a": "b"})["CiphertextBlob"]
    opened = without_metadata(kms.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "b"}))
    assert (opened["KeyId"], opened["Plaintext"]) == (key["Arn"], b"text")
    refused("InvalidCiphertextException", "", kms.decrypt, CiphertextBlob=blob)
    data_key = kms.generate_data_key(KeyId=key["Arn"], KeySpec="AES_256")
    assert kms.decrypt(CiphertextBlob=data_key["CiphertextBlob"])["Plaintext"] == data_key["Plaintext"]
    moved = kms.re_encrypt(CiphertextBlob=data_key["CiphertextBlob"], DestinationKeyId=make_key()["KeyId"])
    assert moved["SourceKeyId"] == key["Arn"]
