"""GenerateDataKey, GenerateDataKeyWithoutPlaintext, GenerateRandom."""

import base64

import pytest

from conformance.support.clients import refused
from conformance.support.wire import call

BOTH = ["generate_data_key", "generate_data_key_without_plaintext"]
LENGTHS = [
    ({"KeySpec": "AES_128"}, 16),
    ({"KeySpec": "AES_256"}, 32),
    ({"NumberOfBytes": 1}, 1),
    ({"NumberOfBytes": 1024}, 1024),
]


@pytest.mark.parametrize(("how", "length"), LENGTHS)
def test_data_key(server, kms, key, how, length):
    answer = call(server, "GenerateDataKey", {"KeyId": key["KeyId"], **how}).json()
    assert set(answer) == {"CiphertextBlob", "Plaintext", "KeyId", "KeyMaterialId"}
    assert (answer["KeyId"], answer["KeyMaterialId"]) == (key["Arn"], key["CurrentKeyMaterialId"])
    plaintext = base64.b64decode(answer["Plaintext"])
    assert len(plaintext) == length
    assert kms.decrypt(CiphertextBlob=base64.b64decode(answer["CiphertextBlob"]))["Plaintext"] == plaintext


@pytest.mark.parametrize(("how", "length"), LENGTHS)
def test_data_key_without_plaintext(server, kms, key, how, length):
    answer = call(server, "GenerateDataKeyWithoutPlaintext", {"KeyId": key["KeyId"], **how}).json()
    assert set(answer) == {"CiphertextBlob", "KeyId", "KeyMaterialId"}
    assert (answer["KeyId"], answer["KeyMaterialId"]) == (key["Arn"], key["CurrentKeyMaterialId"])
    assert len(kms.decrypt(CiphertextBlob=base64.b64decode(answer["CiphertextBlob"]))["Plaintext"]) == length


def test_data_keys_differ(kms, key):
    assert len({kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256")["Plaintext"] for _ in range(50)}) == 50


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("how", [{}, {"KeySpec": "AES_256", "NumberOfBytes": 32}])
def test_exactly_one_of_spec_and_length(kms, key, name, how):
    text = "Please specify either number of bytes or key spec."
    refused("ValidationException", text, getattr(kms, name), KeyId=key["KeyId"], **how)


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize(("number", "bound"), [(0, "greater than or equal to 1"), (1025, "less than or equal to 1024")])
def test_length_of_1_to_1024(kms, key, name, number, bound):
    text = (
        f"1 validation error detected: Value '{number}' at 'numberOfBytes' failed to satisfy constraint: "
        f"Member must have value {bound}"
    )
    refused("ValidationException", text, getattr(kms, name), KeyId=key["KeyId"], NumberOfBytes=number)
    refused("ValidationException", text, kms.generate_random, NumberOfBytes=number)


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("spec", ["AES_192", "RSA_2048", "SYMMETRIC_DEFAULT"])
def test_other_specs_are_refused_with_the_list_of_all_key_specs(kms, key, name, spec):
    text = (
        f"1 validation error detected: Value '{spec}' at 'keySpec' failed to satisfy constraint: Member must satisfy enum "
        "value set: [RSA_2048, RSA_3072, RSA_4096, ECC_NIST_P256, ECC_NIST_P384, ECC_NIST_P521, ECC_SECG_P256K1, "
        "ECC_NIST_EDWARDS25519, SYMMETRIC_DEFAULT, HMAC_224, HMAC_256, HMAC_384, HMAC_512, SM2, ML_DSA_44, ML_DSA_65, ML_DSA_87]"
    )
    refused("ValidationException", text, getattr(kms, name), KeyId=key["KeyId"], KeySpec=spec)


def test_random(server):
    answer = call(server, "GenerateRandom", {"NumberOfBytes": 32}).json()
    assert set(answer) == {"Plaintext"}
    assert len(base64.b64decode(answer["Plaintext"])) == 32


@pytest.mark.parametrize("length", [1, 16, 1024])
def test_random_differs(kms, length):
    drawn = [kms.generate_random(NumberOfBytes=length)["Plaintext"] for _ in range(8)]
    assert all(len(plaintext) == length for plaintext in drawn)
    assert length == 1 or len(set(drawn)) == 8


def test_random_needs_a_length(kms):
    refused("ValidationException", "NumberOfBytes is required.", kms.generate_random)
