"""Encapsulate and Decapsulate (ML-KEM, FIPS 203). As plain JSON: this boto3 does not have them."""

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key

from conformance.support.key_specs import AGREE, ENCAPSULATE, ENCRYPT, ML_KEM, SIGN
from conformance.support.raw_kms import Refused
from conformance.support.refusals import (
    DISABLED,
    USAGE,
    VALIDATION,
    missing,
    not_among,
    over_long,
    too_short,
    wrong_usage,
)
from conformance.support.server import key_arn

SIZES = {"ML_KEM_512": 768, "ML_KEM_768": 1088, "ML_KEM_1024": 1568}  # bytes of a ciphertext
INVALID = "InvalidCiphertextException"
NO_KEY = "11111111-2222-4333-8444-555555555555"
BLOB = "SharedSecretCiphertextBlob"
ALGORITHM = {"EncapsulationAlgorithm": "ML_KEM"}


@pytest.fixture
def encapsulated(raw, shared_key):
    """(secret, ciphertext) of the shared key."""

    def make(spec):
        answer = raw("Encapsulate", KeyId=shared_key(spec, ENCAPSULATE)["KeyId"], **ALGORITHM)
        return answer["SharedSecret"], answer[BLOB]

    return make


@pytest.fixture
def opened(raw, shared_key):
    """The secret that a ciphertext gives with the shared key."""

    def open_(spec, blob):
        request = {"KeyId": shared_key(spec, ENCAPSULATE)["KeyId"], BLOB: blob}
        return raw("Decapsulate", **request, **ALGORITHM)["SharedSecret"]

    return open_


@pytest.mark.parametrize("spec", ML_KEM)
def test_round_trip(raw, shared_key, spec):
    key = shared_key(spec, ENCAPSULATE)
    made = raw("Encapsulate", KeyId=key["KeyId"], **ALGORITHM)
    secret, blob = made.pop("SharedSecret"), made.pop(BLOB)
    assert made == {"KeyId": key["Arn"], **ALGORITHM}
    assert (len(secret), len(blob)) == (32, SIZES[spec])
    answer = raw("Decapsulate", KeyId=key["KeyId"], SharedSecretCiphertextBlob=blob, **ALGORITHM)
    assert answer == {"KeyId": key["Arn"], "SharedSecret": secret, **ALGORITHM}


# Of the three parameter sets, the tests' library lacks ML-KEM-512.
@pytest.mark.parametrize("spec", ML_KEM[1:])
def test_what_is_encapsulated_outside_opens_inside(public_key, opened, spec):
    public = load_der_public_key(public_key(spec, ENCAPSULATE))
    for _ in range(3):
        secret, blob = public.encapsulate()
        assert opened(spec, blob) == secret


@pytest.mark.parametrize("spec", ML_KEM)
def test_every_encapsulation_differs(encapsulated, spec):
    pairs = [encapsulated(spec) for _ in range(20)]
    assert len({secret for secret, _ in pairs}) == len({blob for _, blob in pairs}) == 20


@pytest.mark.parametrize("spec", ML_KEM)
def test_a_changed_ciphertext_gives_another_secret(encapsulated, opened, spec):
    """Implicit rejection: no error, and always the same secret for the same wrong ciphertext."""
    secret, blob = encapsulated(spec)
    wrong = [
        blob[:place] + bytes([blob[place] ^ 1]) + blob[place + 1 :] for place in (0, len(blob) // 2, len(blob) - 1)
    ]
    wrong += [bytes(len(blob)), b"\xff" * len(blob), blob[::-1]]
    found = [opened(spec, candidate) for candidate in wrong]
    assert all(len(other) == 32 for other in found)
    assert len({secret, *found}) == len(wrong) + 1
    assert found == [opened(spec, candidate) for candidate in wrong]
    assert opened(spec, blob) == secret


@pytest.mark.parametrize("spec", ML_KEM)
def test_another_key_finds_another_secret(raw, new_key, encapsulated, spec):
    secret, blob = encapsulated(spec)
    other = new_key(spec, ENCAPSULATE)["KeyId"]
    answer = raw("Decapsulate", KeyId=other, SharedSecretCiphertextBlob=blob, **ALGORITHM)
    assert len(answer["SharedSecret"]) == 32 and answer["SharedSecret"] != secret


@pytest.mark.parametrize("spec", ML_KEM)
def test_a_ciphertext_of_another_length(raw, shared_key, encapsulated, spec):
    _, blob = encapsulated(spec)
    wrong = [blob[:-1], blob + b"\0", blob[:1], blob * 2, bytes(6144)]
    wrong += [bytes(size) for other, size in SIZES.items() if other != spec]
    for candidate in wrong:
        request = {"KeyId": shared_key(spec, ENCAPSULATE)["KeyId"], BLOB: candidate}
        raw.refused(INVALID, "", "Decapsulate", **request, **ALGORITHM)


MEMBER = "sharedSecretCiphertextBlob"


@pytest.mark.parametrize(("length", "text"), [(0, too_short(MEMBER)), (6145, over_long(MEMBER, 6144))])
def test_ciphertext_of_1_to_6144_bytes_guess(raw, shared_key, length, text):
    request = {"KeyId": shared_key("ML_KEM_512", ENCAPSULATE)["KeyId"], BLOB: bytes(length)}
    raw.refused(VALIDATION, text, "Decapsulate", **request, **ALGORITHM)


@pytest.mark.parametrize("operation", ["Encapsulate", "Decapsulate"])
@pytest.mark.parametrize("member", ["KeyId", "EncapsulationAlgorithm", BLOB])
def test_what_must_be_given_guess(raw, shared_key, operation, member):
    request = {"KeyId": shared_key("ML_KEM_512", ENCAPSULATE)["KeyId"], BLOB: bytes(768)} | ALGORITHM
    del request[member]
    if operation == "Encapsulate" and member == BLOB:
        assert raw(operation, **request)["EncapsulationAlgorithm"] == "ML_KEM"
        return
    if operation == "Encapsulate":
        del request[BLOB]
    raw.refused(VALIDATION, missing(member[0].lower() + member[1:]), operation, **request)


@pytest.mark.parametrize("name", ["ML_KEM_512", "ml_kem", "ECDH"])
def test_no_other_algorithm_guess(raw, shared_key, name):
    request = {"KeyId": shared_key("ML_KEM_512", ENCAPSULATE)["KeyId"], "EncapsulationAlgorithm": name}
    text = not_among("encapsulationAlgorithm", name, ("ML_KEM",))
    raw.refused(VALIDATION, text, "Encapsulate", **request)
    raw.refused(VALIDATION, text, "Decapsulate", SharedSecretCiphertextBlob=bytes(768), **request)


# The order as of the other asymmetric operations, which is a guess: shape, lookup, usage, state, ciphertext.
@pytest.mark.parametrize(
    ("spec", "usage"), [("ECC_NIST_P256", AGREE), ("RSA_2048", SIGN), ("SYMMETRIC_DEFAULT", ENCRYPT)]
)
def test_usage_before_state_and_ciphertext_guess(kms, raw, new_key, spec, usage):
    key = new_key(spec, usage)
    kms.disable_key(KeyId=key["KeyId"])
    request = {"KeyId": key["KeyId"]} | ALGORITHM
    raw.refused(USAGE, wrong_usage(key["Arn"], usage, "Encapsulate"), "Encapsulate", **request)
    text = wrong_usage(key["Arn"], usage, "Decapsulate")
    raw.refused(USAGE, text, "Decapsulate", SharedSecretCiphertextBlob=b"x", **request)


def test_state_before_ciphertext_guess(kms, raw, new_key):
    key = new_key("ML_KEM_768", ENCAPSULATE)
    kms.disable_key(KeyId=key["KeyId"])
    request = {"KeyId": key["KeyId"]} | ALGORITHM
    raw.refused(DISABLED, f"{key['Arn']} is disabled.", "Encapsulate", **request)
    raw.refused(DISABLED, f"{key['Arn']} is disabled.", "Decapsulate", SharedSecretCiphertextBlob=b"x", **request)


def test_lookup_before_ciphertext(raw):
    text = f"Key '{key_arn(NO_KEY)}' does not exist"
    request = {"KeyId": NO_KEY, BLOB: b"x"} | ALGORITHM
    raw.refused("NotFoundException", text, "Decapsulate", **request)


def test_all_forms_of_the_key_id(kms, raw, shared_key, alias_name):
    key = shared_key("ML_KEM_512", ENCAPSULATE)
    kms.create_alias(AliasName=alias_name, TargetKeyId=key["KeyId"])
    alias_arn = key["Arn"].replace(f"key/{key['KeyId']}", alias_name)
    for name in (key["KeyId"], key["Arn"], alias_name, alias_arn):
        made = raw("Encapsulate", KeyId=name, **ALGORITHM)
        opened = raw("Decapsulate", KeyId=name, SharedSecretCiphertextBlob=made[BLOB], **ALGORITHM)
        assert made["KeyId"] == opened["KeyId"] == key["Arn"]
        assert made["SharedSecret"] == opened["SharedSecret"]
    kms.delete_alias(AliasName=alias_name)


def test_a_recipient_is_none_of_its_members(raw, encapsulated, shared_key):
    """Unlike Decrypt, Decapsulate has no Recipient; what its model does not have is not looked at."""
    secret, blob = encapsulated("ML_KEM_512")
    request = {"KeyId": shared_key("ML_KEM_512", ENCAPSULATE)["KeyId"], BLOB: blob, "Recipient": {"Unknown": 1}}
    assert raw("Decapsulate", **request, **ALGORITHM)["SharedSecret"] == secret


def test_encryption_operations_take_no_ml_kem_ciphertext(raw, encapsulated, shared_key):
    _, blob = encapsulated("ML_KEM_512")
    with pytest.raises(Refused) as caught:
        raw("Decrypt", KeyId=shared_key("ML_KEM_512", ENCAPSULATE)["KeyId"], CiphertextBlob=blob)
    assert caught.value.code == INVALID
