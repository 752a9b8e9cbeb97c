"""Shapes: violations are collected into one message; wrong JSON types have texts of their own."""

import json

import pytest

from conformance.support.clients import refused
from conformance.support.wire import call


def test_all_violations_come_in_one_message_before_any_lookup(kms):
    with pytest.raises(kms.exceptions.ClientError) as caught:
        kms.encrypt(KeyId="", Plaintext=b"", EncryptionAlgorithm="ROT13")
    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationException"
    count, _, rest = error["Message"].partition(" validation errors detected: ")
    assert count == "4"
    violations = rest.split("; ")
    assert len(violations) == 4
    for member in ("'keyId'", "'plaintext'", "'encryptionAlgorithm'"):
        assert any(member in violation for violation in violations)


def test_shape_comes_before_the_lookup(kms):
    text = (
        "1 validation error detected: Value '0' at 'numberOfBytes' failed to satisfy constraint: "
        "Member must have value greater than or equal to 1"
    )
    refused("ValidationException", text, kms.generate_data_key, KeyId="there-is-none", NumberOfBytes=0)


def test_the_plaintext_is_never_in_the_message(server, key):
    secret = "c2VjcmV0" * 700  # longer than a plaintext may be
    answer = call(server, "Encrypt", {"KeyId": key["KeyId"], "Plaintext": secret})
    assert answer.status == 400 and b"c2VjcmV0" not in answer.body
    for wrong in ("c2VjcmV0!", "c2VjcmV0c2VjcmV0\u00e9", "c2VjcmV"):
        answer = call(server, "Encrypt", {"KeyId": key["KeyId"], "Plaintext": wrong})
        assert answer.error()[:2] == (400, "SerializationException")
        assert b"c2VjcmV" not in answer.body


WRONG_TYPES = [
    (
        "DescribeKey",
        {"KeyId": 1},
        "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String",
    ),
    ("DescribeKey", {"KeyId": {}}, "Start of structure or map found where not expected."),
    ("DescribeKey", {"KeyId": []}, "Start of list found where not expected"),
    ("GenerateRandom", {"NumberOfBytes": "8"}, "class java.lang.String can not be converted to an Integer"),
    ("CreateKey", {"Tags": "x"}, "Expected list or null"),
    ("Encrypt", {"KeyId": "x", "Plaintext": "eA==", "EncryptionContext": "x"}, "Expected map or null"),
    (
        "Decrypt",
        {"CiphertextBlob": "abc"},
        "'abc' can not be converted to a Blob: Base64 encoded length is expected a multiple of 4 bytes but found: 3",
    ),
    ("Decrypt", {"CiphertextBlob": "ab!d"}, "Invalid Base64 character: '!'"),
]


@pytest.mark.parametrize(("operation", "body", "text"), WRONG_TYPES)
def test_wrong_types_have_the_services_texts(server, operation, body, text):
    answer = call(server, operation, body)
    assert answer.error() == (400, "SerializationException", text)
    assert "Message" in answer.json()  # a capital M, here only


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("CreateKey", {"MultiRegion": "false"}),
        ("CreateKey", {"MultiRegion": 0}),
        ("CreateKey", {"Tags": {"TagKey": "a"}}),
        ("CreateKey", {"Tags": ["a"]}),
        ("ListKeys", {"Limit": True}),
        ("ListKeys", {"Limit": [1]}),
        ("Encrypt", {"KeyId": "x", "Plaintext": 1}),
        ("Encrypt", {"KeyId": "x", "Plaintext": ["eA=="]}),
        ("Encrypt", {"KeyId": "x", "Plaintext": "eA==", "GrantTokens": "x"}),
    ],
)
def test_guess_other_wrong_types_are_serialization_errors_too(server, operation, body):
    assert call(server, operation, body).error()[:2] == (400, "SerializationException")


def test_unknown_members_and_nulls_are_ignored(server, key):
    body = {"KeyId": key["KeyId"], "Unknown": {"deep": [1, {"x": None}]}, "keyid": 1, "GrantTokens": None}
    assert call(server, "DescribeKey", body).status == 200


def test_member_names_are_case_sensitive(server, key):
    text = "1 validation error detected: Value null at 'keyId' failed to satisfy constraint: Member must not be null"
    assert call(server, "DescribeKey", {"keyId": key["KeyId"]}).error() == (400, "ValidationException", text)


@pytest.mark.parametrize("number", ["1e9999", "-1e9999", "99999999999999999999", "1e400", "-0"])
def test_numbers_of_any_size_do_no_harm(server, number):
    answer = call(server, "GenerateRandom", ('{"NumberOfBytes":%s}' % number).encode())
    assert answer.error()[:2] == (400, "ValidationException")


def test_guess_fractions_are_cut_off(server):
    answer = call(server, "GenerateRandom", b'{"NumberOfBytes":2.9}')
    assert (answer.status, len(json.loads(answer.body)["Plaintext"])) == (200, 4)


def test_eleven_grant_tokens(kms, key):
    with pytest.raises(kms.exceptions.ClientError) as caught:
        kms.describe_key(KeyId=key["KeyId"], GrantTokens=["t"] * 11)
    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationException"
    assert error["Message"].endswith(
        "at 'grantTokens' failed to satisfy constraint: Member must have length less than or equal to 10"
    )
