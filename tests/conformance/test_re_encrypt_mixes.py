"""ReEncrypt between symmetric and RSA keys, in every mix: whose material is named, whose limits hold."""

import itertools

import pytest

from conformance.support.clients import refused
from conformance.support.key_specs import ENCRYPT, SPECS, oaep_limit
from conformance.support.refusals import USAGE, VALIDATION, WRONG_KEY, incompatible, too_long

INVALID = "InvalidCiphertextException"
SHA_1, SHA_256 = SPECS["RSA_2048"][ENCRYPT]
SIDES = [
    ("SYMMETRIC_DEFAULT", "SYMMETRIC_DEFAULT"),
    ("RSA_2048", SHA_1),
    ("RSA_2048", SHA_256),
    ("RSA_4096", SHA_256),
]
MIXES = list(itertools.product(SIDES, SIDES))


@pytest.fixture
def blob(raw, shared_key):
    def encrypt(side, plaintext=b"text"):
        spec, algorithm = side
        how = {"KeyId": shared_key(spec, ENCRYPT)["KeyId"], "EncryptionAlgorithm": algorithm}
        return raw("Encrypt", Plaintext=plaintext, **how)["CiphertextBlob"]

    return encrypt


@pytest.fixture
def ask(shared_key, blob):
    """The request of a mix, everything said."""

    def request(source, destination, plaintext=b"text"):
        return {
            "CiphertextBlob": blob(source, plaintext),
            "SourceKeyId": shared_key(source[0], ENCRYPT)["KeyId"],
            "SourceEncryptionAlgorithm": source[1],
            "DestinationKeyId": shared_key(destination[0], ENCRYPT)["KeyId"],
            "DestinationEncryptionAlgorithm": destination[1],
        }

    return request


def side_id(side):
    return "-".join(dict.fromkeys(side))


@pytest.mark.parametrize(("source", "destination"), MIXES, ids=[f"{side_id(a)} to {side_id(b)}" for a, b in MIXES])
def test_every_mix(raw, shared_key, ask, source, destination):
    answer = raw("ReEncrypt", **ask(source, destination))
    blob = answer.pop("CiphertextBlob")
    keys = [shared_key(side[0], ENCRYPT) for side in (source, destination)]
    expected = {
        "SourceKeyId": keys[0]["Arn"],
        "KeyId": keys[1]["Arn"],
        "SourceEncryptionAlgorithm": source[1],
        "DestinationEncryptionAlgorithm": destination[1],
    }
    for key, member in zip(keys, ("SourceKeyMaterialId", "DestinationKeyMaterialId"), strict=True):
        if key["KeySpec"] == "SYMMETRIC_DEFAULT":
            expected[member] = key["CurrentKeyMaterialId"]
    assert answer == expected
    opened = raw("Decrypt", KeyId=keys[1]["KeyId"], CiphertextBlob=blob, EncryptionAlgorithm=destination[1])
    assert opened["Plaintext"] == b"text"


@pytest.mark.parametrize("destination", SIDES[1:], ids=side_id)
def test_the_limits_of_the_destination_hold(raw, ask, destination):
    spec, algorithm = destination
    limit = oaep_limit(spec, algorithm)
    assert "CiphertextBlob" in raw("ReEncrypt", **ask(SIDES[0], destination, bytes(limit)))
    text = too_long(algorithm, spec, limit)
    raw.refused(VALIDATION, text, "ReEncrypt", **ask(SIDES[0], destination, bytes(limit + 1)))


@pytest.mark.parametrize("destination", SIDES, ids=side_id)
def test_a_wrong_rsa_ciphertext(raw, ask, destination):
    request = ask(SIDES[1], destination)
    other = {"SourceEncryptionAlgorithm": SHA_256}
    raw.refused(INVALID, "", "ReEncrypt", **request | other)
    for blob in (bytes(256), request["CiphertextBlob"][:-1], b"x"):
        raw.refused(INVALID, "", "ReEncrypt", **request | {"CiphertextBlob": blob})


def test_an_rsa_source_must_be_named_with_its_algorithm(raw, ask):
    request = ask(SIDES[1], SIDES[0])
    for left_out in (("SourceKeyId",), ("SourceEncryptionAlgorithm",), ("SourceKeyId", "SourceEncryptionAlgorithm")):
        raw.refused(INVALID, "", "ReEncrypt", **{name: request[name] for name in request if name not in left_out})


def test_an_rsa_destination_needs_its_algorithm_guess(raw, ask):
    request = ask(SIDES[0], SIDES[1])
    del request["DestinationEncryptionAlgorithm"]
    raw.refused(USAGE, incompatible("SYMMETRIC_DEFAULT", "RSA_2048"), "ReEncrypt", **request)


def test_a_symmetric_source_need_not_be_named(raw, ask):
    request = ask(SIDES[0], SIDES[2])
    del request["SourceKeyId"], request["SourceEncryptionAlgorithm"]
    assert raw("ReEncrypt", **request)["SourceEncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"


def test_a_symmetric_ciphertext_with_an_rsa_source(raw, ask, shared_key):
    request = ask(SIDES[0], SIDES[0]) | {"SourceKeyId": shared_key("RSA_2048", ENCRYPT)["KeyId"]}
    raw.refused("IncorrectKeyException", WRONG_KEY, "ReEncrypt", **request)


def test_a_context_on_the_symmetric_side_only(kms, shared_key, wrapping_key):
    """From a ciphertext with a context to RSA, and back to one with another."""
    rsa = {"EncryptionAlgorithm": SHA_256, "KeyId": shared_key("RSA_2048", ENCRYPT)["KeyId"]}
    first = kms.encrypt(KeyId=wrapping_key["KeyId"], Plaintext=b"text", EncryptionContext={"a": "b"})["CiphertextBlob"]
    to_rsa = {"DestinationKeyId": rsa["KeyId"], "DestinationEncryptionAlgorithm": SHA_256}
    refused(INVALID, "", kms.re_encrypt, CiphertextBlob=first, **to_rsa)
    between = kms.re_encrypt(CiphertextBlob=first, SourceEncryptionContext={"a": "b"}, **to_rsa)["CiphertextBlob"]
    last = kms.re_encrypt(
        CiphertextBlob=between,
        SourceKeyId=rsa["KeyId"],
        SourceEncryptionAlgorithm=SHA_256,
        DestinationKeyId=wrapping_key["KeyId"],
        DestinationEncryptionContext={"c": "d"},
    )["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=last, EncryptionContext={"c": "d"})["Plaintext"] == b"text"
    refused(INVALID, "", kms.decrypt, CiphertextBlob=last)
