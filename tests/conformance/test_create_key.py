"""CreateKey and the KeyMetadata that it and DescribeKey answer with."""

import re
import time

import pytest

from conformance.support.clients import refused, without_metadata
from conformance.support.server import ACCOUNT, REGION, key_arn
from conformance.support.wire import call

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
ALWAYS = {
    "AWSAccountId",
    "KeyId",
    "Arn",
    "CreationDate",
    "Enabled",
    "Description",
    "KeyUsage",
    "KeyState",
    "Origin",
    "KeyManager",
    "CustomerMasterKeySpec",
    "KeySpec",
    "EncryptionAlgorithms",
    "MultiRegion",
    "CurrentKeyMaterialId",
}


def test_metadata_has_exactly_the_members_of_a_symmetric_key(server):
    answer = call(server, "CreateKey")
    assert answer.status == 200
    assert set(answer.json()) == {"KeyMetadata"}
    metadata = answer.json()["KeyMetadata"]
    assert set(metadata) == ALWAYS
    assert UUID.fullmatch(metadata["KeyId"])
    assert metadata["Arn"] == key_arn(metadata["KeyId"])
    assert re.fullmatch("[0-9a-f]{64}", metadata["CurrentKeyMaterialId"])
    constant = {name: metadata[name] for name in ALWAYS - {"KeyId", "Arn", "CreationDate", "CurrentKeyMaterialId"}}
    assert constant == {
        "AWSAccountId": ACCOUNT,
        "Enabled": True,
        "Description": "",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": "Enabled",
        "Origin": "AWS_KMS",
        "KeyManager": "CUSTOMER",
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
        "MultiRegion": False,
    }


def test_dates_are_json_numbers_of_seconds_with_milliseconds(server):
    before = time.time()
    answer = call(server, "CreateKey")
    created = answer.json()["KeyMetadata"]["CreationDate"]
    assert before - 0.002 <= created <= time.time() + 0.002
    printed = re.search(rb'"CreationDate":([^,}]*)', answer.body).group(1)
    assert re.fullmatch(rb"[0-9]{10}(\.[0-9]{1,3})?", printed), printed


def test_describe_key_answers_the_same_metadata(kms, make_key):
    made = make_key(Description="a description", Tags=[{"TagKey": "a", "TagValue": "b"}])
    assert without_metadata(kms.describe_key(KeyId=made["KeyId"])) == {"KeyMetadata": made}


def test_every_key_has_material_of_its_own(make_key):
    assert len({make_key()["CurrentKeyMaterialId"] for _ in range(5)}) == 5


@pytest.mark.parametrize(
    "parameters",
    [
        {"KeySpec": "SYMMETRIC_DEFAULT"},
        {"CustomerMasterKeySpec": "SYMMETRIC_DEFAULT"},
        {"KeyUsage": "ENCRYPT_DECRYPT", "Origin": "AWS_KMS", "MultiRegion": False},
        {"BypassPolicyLockoutSafetyCheck": True},
    ],
)
def test_what_spells_out_the_defaults_is_taken(make_key, parameters):
    assert make_key(**parameters)["KeySpec"] == "SYMMETRIC_DEFAULT"


def test_description_is_kept_exactly(kms, make_key):
    text = 'Zeichen: "äöü" \\ \u0000\u001f 漢字 🔑' + "x" * 8000
    key_id = make_key(Description=text)["KeyId"]
    assert kms.describe_key(KeyId=key_id)["KeyMetadata"]["Description"] == text


def test_description_of_8192_characters_at_most(kms, make_key):
    assert len(make_key(Description="d" * 8192)["Description"]) == 8192
    long = "d" * 8193
    refused(
        "ValidationException",
        f"1 validation error detected: Value '{long}' at 'description' failed to satisfy constraint: "
        "Member must have length less than or equal to 8192",
        kms.create_key,
        Description=long,
    )


def test_tags_are_there_at_once(kms, make_key):
    tags = [{"TagKey": "b", "TagValue": "2"}, {"TagKey": "a", "TagValue": ""}]
    key_id = make_key(Tags=tags)["KeyId"]
    answer = without_metadata(kms.list_resource_tags(KeyId=key_id))
    assert answer == {"Tags": sorted(tags, key=lambda tag: tag["TagKey"]), "Truncated": False}


def test_no_alias_comes_with_a_key(kms, key):
    assert kms.list_aliases(KeyId=key["KeyId"])["Aliases"] == []


def test_unknown_key_spec(kms):
    answer = refused_text(kms.create_key, KeySpec="ROT13")
    assert answer.startswith(
        "1 validation error detected: Value 'ROT13' at 'keySpec' failed to satisfy constraint: "
        "Member must satisfy enum value set: ["
    )
    assert "SYMMETRIC_DEFAULT" in answer


def test_unknown_key_usage(kms):
    answer = refused_text(kms.create_key, KeyUsage="GUESS")
    assert answer.startswith(
        "1 validation error detected: Value 'GUESS' at 'keyUsage' failed to satisfy constraint: "
        "Member must satisfy enum value set: ["
    )


def refused_text(operation, **parameters):
    with pytest.raises(operation.__self__.exceptions.ClientError) as caught:
        operation(**parameters)
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    return caught.value.response["Error"]["Message"]


def test_both_names_of_the_spec(kms):
    refused(
        "ValidationException",
        "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.",
        kms.create_key,
        KeySpec="SYMMETRIC_DEFAULT",
        CustomerMasterKeySpec="SYMMETRIC_DEFAULT",
    )


def test_other_specs_need_a_usage(kms):
    refused(
        "ValidationException",
        "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
        kms.create_key,
        KeySpec="RSA_2048",
    )


@pytest.mark.parametrize("usage", ["SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"])
def test_a_symmetric_key_only_encrypts(kms, usage):
    text = f"KeyUsage {usage} is not compatible with KeySpec SYMMETRIC_DEFAULT"
    refused("ValidationException", text, kms.create_key, KeyUsage=usage)


def test_a_refused_key_is_not_made(server, kms):
    def count():
        return sum(
            len(page["Keys"]) for page in kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 1000})
        )

    before = count()
    refused("TagException", "Duplicate tag keys", kms.create_key, Tags=[{"TagKey": "a", "TagValue": ""}] * 2)
    call(server, "CreateKey", {"KeySpec": "RSA_2048"})
    assert count() == before


def test_list_keys_shows_it_at_once(kms):
    # On a server whose other tests make keys, too: the pages are followed until it is there.
    made = kms.create_key()["KeyMetadata"]
    entry = {"KeyId": made["KeyId"], "KeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{made['KeyId']}"}
    pages = kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 1000})
    assert any(entry in page["Keys"] for page in pages)
