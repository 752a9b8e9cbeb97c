"""DryRun: everything is checked, nothing is done, and the answer is always an error."""

import pytest

from conformance.support.clients import refused

WOULD_SUCCEED = "The request would have succeeded, but the DryRun option is set."


@pytest.fixture
def calls(kms, key):
    """What would succeed."""
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text")["CiphertextBlob"]
    named = {"KeyId": key["KeyId"]}
    return [
        (kms.encrypt, named | {"Plaintext": b"text"}),
        (kms.decrypt, {"CiphertextBlob": blob}),
        (kms.decrypt, named | {"CiphertextBlob": blob}),
        (kms.re_encrypt, {"CiphertextBlob": blob, "DestinationKeyId": key["KeyId"]}),
        (kms.generate_data_key, named | {"KeySpec": "AES_256"}),
        (kms.generate_data_key_without_plaintext, named | {"KeySpec": "AES_256"}),
    ]


def test_what_would_succeed(calls):
    for operation, parameters in calls:
        refused("DryRunOperationException", WOULD_SUCCEED, operation, DryRun=True, **parameters)


def test_false_is_no_dry_run(calls):
    for operation, parameters in calls:
        assert operation(DryRun=False, **parameters)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_what_would_fail_fails_in_the_same_way(kms, key, make_key):
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text")["CiphertextBlob"]
    text = "The key ID in the request does not identify a CMK that can perform this operation."
    refused("IncorrectKeyException", text, kms.decrypt, CiphertextBlob=blob, KeyId=make_key()["KeyId"], DryRun=True)
    refused("NotFoundException", "Invalid keyId 'foo'", kms.encrypt, KeyId="foo", Plaintext=b"x", DryRun=True)
    refused("InvalidCiphertextException", "", kms.decrypt, CiphertextBlob=b"garbage", DryRun=True)
    text = "Please specify either number of bytes or key spec."
    refused("ValidationException", text, kms.generate_data_key, KeyId=key["KeyId"], DryRun=True)


def test_only_authorization_is_checked_when_the_ciphertext_is_ignored(kms, key):
    ignoring = {"DryRun": True, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]}
    refused("DryRunOperationException", WOULD_SUCCEED, kms.decrypt, KeyId=key["KeyId"], **ignoring)
    both = {"SourceKeyId": key["KeyId"], "DestinationKeyId": key["KeyId"]}
    refused("DryRunOperationException", WOULD_SUCCEED, kms.re_encrypt, **both, **ignoring)


def test_unknown_modifier(kms, key):
    with pytest.raises(kms.exceptions.ClientError) as caught:
        kms.decrypt(KeyId=key["KeyId"], DryRun=True, DryRunModifiers=["IGNORE_ALL"])
    assert caught.value.response["Error"]["Code"] == "ValidationException"
