"""ReEncrypt: from one key or context to another without showing the plaintext."""

import base64

import pytest

from conformance.support.clients import refused
from conformance.support.wire import call

WRONG_KEY = "The key ID in the request does not identify a CMK that can perform this operation."


@pytest.fixture
def blob(kms, key):
    return kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text", EncryptionContext={"a": "b"})["CiphertextBlob"]


def test_answer_has_exactly_its_members(server, kms, key, make_key, blob):
    destination = make_key()
    body = {
        "CiphertextBlob": base64.b64encode(blob).decode(),
        "SourceEncryptionContext": {"a": "b"},
        "DestinationKeyId": destination["KeyId"],
    }
    answer = call(server, "ReEncrypt", body).json()
    new_blob = base64.b64decode(answer.pop("CiphertextBlob"))
    assert answer == {
        "SourceKeyId": key["Arn"],
        "KeyId": destination["Arn"],
        "SourceEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "DestinationEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "SourceKeyMaterialId": key["CurrentKeyMaterialId"],
        "DestinationKeyMaterialId": destination["CurrentKeyMaterialId"],
    }
    # Without a destination context the new blob has none.
    opened = kms.decrypt(CiphertextBlob=new_blob)
    assert (opened["Plaintext"], opened["KeyId"]) == (b"text", destination["Arn"])


def test_to_the_same_key_with_another_context(kms, key, blob):
    new = kms.re_encrypt(
        CiphertextBlob=blob,
        SourceKeyId=key["KeyId"],
        SourceEncryptionContext={"a": "b"},
        DestinationKeyId=key["KeyId"],
        DestinationEncryptionContext={"c": "d"},
    )["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=new, EncryptionContext={"c": "d"})["Plaintext"] == b"text"
    refused("InvalidCiphertextException", "", kms.decrypt, CiphertextBlob=new, EncryptionContext={"a": "b"})
    assert kms.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "b"})["Plaintext"] == b"text"


def test_wrong_source_context(kms, key, blob):
    for context in ({}, {"a": "c"}, {"a": "b", "c": "d"}):
        how = {"SourceEncryptionContext": context, "DestinationKeyId": key["KeyId"]}
        refused("InvalidCiphertextException", "", kms.re_encrypt, CiphertextBlob=blob, **how)


def test_wrong_source_key(kms, key, make_key, blob):
    how = {"SourceEncryptionContext": {"a": "b"}, "DestinationKeyId": key["KeyId"], "SourceKeyId": make_key()["KeyId"]}
    refused("IncorrectKeyException", WRONG_KEY, kms.re_encrypt, CiphertextBlob=blob, **how)


def test_garbage(kms, key):
    refused("InvalidCiphertextException", "", kms.re_encrypt, CiphertextBlob=b"garbage", DestinationKeyId=key["KeyId"])


def test_a_missing_blob_is_a_matter_of_shape(kms):
    text = (
        "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy constraint: Member "
        "must not be null"
    )
    refused("ValidationException", text, kms.re_encrypt, DestinationKeyId="alias/there-is-none")


def test_a_missing_destination(kms, blob):
    text = (
        "1 validation error detected: Value null at 'destinationKeyId' failed to satisfy constraint: Member "
        "must not be null"
    )
    refused("ValidationException", text, kms.re_encrypt, CiphertextBlob=blob)


def test_unknown_destination(kms, blob):
    how = {"CiphertextBlob": blob, "SourceEncryptionContext": {"a": "b"}}
    refused("NotFoundException", "Invalid keyId 'foo'", kms.re_encrypt, DestinationKeyId="foo", **how)


def test_aliases_on_both_sides(kms, key, make_key, blob):
    other = make_key()
    for name, target in (("source", key), ("destination", other)):
        kms.create_alias(AliasName=f"alias/{name}-{key['KeyId']}", TargetKeyId=target["KeyId"])
    answer = kms.re_encrypt(
        CiphertextBlob=blob,
        SourceEncryptionContext={"a": "b"},
        SourceKeyId=f"alias/source-{key['KeyId']}",
        DestinationKeyId=f"alias/destination-{key['KeyId']}",
    )
    assert (answer["SourceKeyId"], answer["KeyId"]) == (key["Arn"], other["Arn"])


# The template is measured on Encrypt with RSA keys; which side comes first is not.
def test_guess_rsa_algorithms_with_symmetric_keys(kms, key, blob):
    text = "Algorithm RSAES_OAEP_SHA_1 is incompatible with key spec SYMMETRIC_DEFAULT."
    how = {"CiphertextBlob": blob, "SourceEncryptionContext": {"a": "b"}, "DestinationKeyId": key["KeyId"]}
    for member in ("SourceEncryptionAlgorithm", "DestinationEncryptionAlgorithm"):
        refused("InvalidKeyUsageException", text, kms.re_encrypt, **how, **{member: "RSAES_OAEP_SHA_1"})


def test_a_blob_of_the_largest_plaintext(kms, key):
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=bytes(4096))["CiphertextBlob"]
    new = kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=key["KeyId"])["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=new)["Plaintext"] == bytes(4096)
