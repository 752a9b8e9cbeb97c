"""Encrypt and Decrypt: answers, limits, and whose key it is."""

import base64

import pytest

from conformance.support.clients import refused
from conformance.support.wire import call


def b64(data):
    return base64.b64encode(data).decode()


def test_answers_have_exactly_their_members(server, key):
    encrypted = call(server, "Encrypt", {"KeyId": key["KeyId"], "Plaintext": b64(b"text")}).json()
    blob = encrypted.pop("CiphertextBlob")
    assert encrypted == {"KeyId": key["Arn"], "EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}
    assert call(server, "Decrypt", {"CiphertextBlob": blob}).json() == {
        "KeyId": key["Arn"],
        "Plaintext": b64(b"text"),
        "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "KeyMaterialId": key["CurrentKeyMaterialId"],
    }


@pytest.mark.parametrize("length", [1, 2, 15, 16, 17, 255, 256, 4095, 4096])
def test_every_length_comes_back(kms, key, length):
    plaintext = bytes(i * 37 % 256 for i in range(length))
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=plaintext)["CiphertextBlob"]
    assert len(blob) <= 6144
    assert kms.decrypt(CiphertextBlob=blob, KeyId=key["KeyId"])["Plaintext"] == plaintext


def test_two_encryptions_of_one_plaintext_differ(kms, key):
    blobs = {kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text")["CiphertextBlob"] for _ in range(20)}
    assert len(blobs) == 20
    assert not any(b"text" in blob for blob in blobs)


@pytest.mark.parametrize(("length", "bound"), [(0, "greater than or equal to 1"), (4097, "less than or equal to 4096")])
def test_plaintext_of_1_to_4096_bytes(kms, key, length, bound):
    text = (
        "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have "
        f"length {bound}"
    )
    refused("ValidationException", text, kms.encrypt, KeyId=key["KeyId"], Plaintext=bytes(length))


@pytest.mark.parametrize(("length", "bound"), [(0, "greater than or equal to 1"), (6145, "less than or equal to 6144")])
def test_ciphertext_of_1_to_6144_bytes(kms, length, bound):
    text = (
        "1 validation error detected: Value at 'ciphertextBlob' failed to satisfy constraint: Member must "
        f"have length {bound}"
    )
    refused("ValidationException", text, kms.decrypt, CiphertextBlob=bytes(length))


def test_missing_members(kms):
    refused(
        "ValidationException",
        "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy constraint: Member must not be null",
        kms.decrypt,
    )
    with pytest.raises(kms.exceptions.ClientError) as caught:
        kms.encrypt()
    text = caught.value.response["Error"]["Message"]
    assert text.startswith("2 validation errors detected: ")
    found = set(text.removeprefix("2 validation errors detected: ").split("; "))
    assert found == {
        "Value null at 'keyId' failed to satisfy constraint: Member must not be null",
        "Value at 'plaintext' failed to satisfy constraint: Member must not be null",
    }


def test_unknown_algorithm_lists_them_in_this_order(kms, key):
    text = (
        "1 validation error detected: Value 'ROT13' at 'encryptionAlgorithm' failed to satisfy constraint: Member must "
        "satisfy enum value set: [RSAES_OAEP_SHA_1, RSAES_OAEP_SHA_256, SM2PKE, SYMMETRIC_DEFAULT]"
    )
    refused("ValidationException", text, kms.encrypt, KeyId=key["KeyId"], Plaintext=b"x", EncryptionAlgorithm="ROT13")


# The template is measured on RSA keys.
def test_guess_rsa_algorithm_with_a_symmetric_key(kms, key):
    text = "Algorithm RSAES_OAEP_SHA_256 is incompatible with key spec SYMMETRIC_DEFAULT."
    how = {"KeyId": key["KeyId"], "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    refused("InvalidKeyUsageException", text, kms.encrypt, Plaintext=b"x", **how)
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    refused("InvalidKeyUsageException", text, kms.decrypt, CiphertextBlob=blob, **how)


def test_another_keys_id_with_a_ciphertext(kms, key, make_key):
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text")["CiphertextBlob"]
    text = "The key ID in the request does not identify a CMK that can perform this operation."
    for other in (make_key()["KeyId"], make_key()["Arn"]):
        refused("IncorrectKeyException", text, kms.decrypt, CiphertextBlob=blob, KeyId=other)


def test_whose_key_comes_before_its_state(kms, key, disabled_key):
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text")["CiphertextBlob"]
    text = "The key ID in the request does not identify a CMK that can perform this operation."
    refused("IncorrectKeyException", text, kms.decrypt, CiphertextBlob=blob, KeyId=disabled_key["KeyId"])


def test_decrypt_with_an_alias_of_the_key_and_of_another(kms, key, make_key, alias_name):
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text")["CiphertextBlob"]
    kms.create_alias(AliasName=alias_name, TargetKeyId=key["KeyId"])
    assert kms.decrypt(CiphertextBlob=blob, KeyId=alias_name)["Plaintext"] == b"text"
    kms.update_alias(AliasName=alias_name, TargetKeyId=make_key()["KeyId"])
    text = "The key ID in the request does not identify a CMK that can perform this operation."
    refused("IncorrectKeyException", text, kms.decrypt, CiphertextBlob=blob, KeyId=alias_name)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"text"


def test_garbage_is_no_ciphertext(kms, key):
    for garbage in (b"x", bytes(184), b"\xff" * 6144):
        refused("InvalidCiphertextException", "", kms.decrypt, CiphertextBlob=garbage)
        refused("InvalidCiphertextException", "", kms.decrypt, CiphertextBlob=garbage, KeyId=key["KeyId"])


def test_lookup_comes_before_the_ciphertext(kms):
    refused("NotFoundException", "Invalid keyId 'foo'", kms.decrypt, CiphertextBlob=b"garbage", KeyId="foo")


def test_grant_tokens_of_the_right_form_do_no_harm(kms, key):
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text", GrantTokens=[])["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=blob, GrantTokens=[])["Plaintext"] == b"text"
