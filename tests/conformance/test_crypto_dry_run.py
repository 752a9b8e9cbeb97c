"""DryRun of every cryptographic operation with every kind of key: what would be refused is refused in the same way."""

import pytest

from conformance.support.key_specs import AGREE, ENCAPSULATE, ENCRYPT, KEYS, MAC, SIGN
from conformance.support.operation_table import OPERATIONS, outcome
from conformance.support.raw_kms import Refused
from conformance.support.refusals import VALIDATION, WOULD_SUCCEED, too_long
from conformance.support.server import key_arn

DRY_RUN = "DryRunOperationException"
# One spec of each kind: the operation table has them all.
KINDS = (
    "SYMMETRIC_DEFAULT",
    "RSA_2048",
    "ECC_NIST_P256",
    "ECC_NIST_EDWARDS25519",
    "HMAC_256",
    "ML_DSA_44",
    "ML_KEM_512",
    "SM2",
)
CASES = [
    (spec, usage, operation)
    for spec, usage in KEYS
    if spec in KINDS
    for operation in OPERATIONS
    if operation != "GetPublicKey"
]
NO_KEY = "11111111-2222-4333-8444-555555555555"


@pytest.mark.parametrize(("spec", "usage", "operation"), CASES)
def test_as_the_operation_table_says(raw_for, shared_key, requests, spec, usage, operation):
    raw, arn, name = raw_for(spec), shared_key(spec, usage)["Arn"], operation.split(" ")[0]
    for algorithm in OPERATIONS[operation][1]:
        expected, request = outcome(spec, usage, operation, algorithm), requests.of(spec, usage, operation, algorithm)
        if expected.succeeds():
            raw.refused(DRY_RUN, WOULD_SUCCEED, name, DryRun=True, **request)
            raw(name, DryRun=False, **request)
        else:
            raw.refused(expected.code, expected.text.replace("{arn}", arn), name, DryRun=True, **request)


FITTING = {
    "Encrypt": ("RSA_2048", ENCRYPT, "RSAES_OAEP_SHA_256"),
    "Decrypt": ("RSA_2048", ENCRYPT, "RSAES_OAEP_SHA_256"),
    "GenerateDataKeyPair": ("SYMMETRIC_DEFAULT", ENCRYPT, ""),
    "GenerateDataKeyPairWithoutPlaintext": ("SYMMETRIC_DEFAULT", ENCRYPT, ""),
    "Sign": ("ECC_NIST_P256", SIGN, "ECDSA_SHA_256"),
    "Verify": ("ECC_NIST_P256", SIGN, "ECDSA_SHA_256"),
    "GenerateMac": ("HMAC_256", MAC, "HMAC_SHA_256"),
    "VerifyMac": ("HMAC_256", MAC, "HMAC_SHA_256"),
    "DeriveSharedSecret": ("ECC_NIST_P256", AGREE, "ECDH"),
    "Encapsulate": ("ML_KEM_512", ENCAPSULATE, "ML_KEM"),
    "Decapsulate": ("ML_KEM_512", ENCAPSULATE, "ML_KEM"),
}


@pytest.fixture
def fitting(requests):
    """A request that would succeed."""

    def build(operation):
        spec, usage, algorithm = FITTING[operation]
        return requests.of(spec, usage, operation, algorithm) | {"DryRun": True}

    return build


@pytest.mark.parametrize("operation", FITTING)
def test_lookup_first(raw, fitting, operation):
    request = fitting(operation)
    raw.refused("NotFoundException", "Invalid keyId 'foo'", operation, **request | {"KeyId": "foo"})
    raw.refused(
        "NotFoundException", f"Key '{key_arn(NO_KEY)}' does not exist", operation, **request | {"KeyId": NO_KEY}
    )


OPTIONAL = {"DryRun", "MessageType", "EncryptionAlgorithm", "KeyId"}


@pytest.mark.parametrize("operation", FITTING)
def test_shape_first(raw, fitting, operation):
    request = fitting(operation) | {"KeyId": NO_KEY}
    for left_out in request.keys() - OPTIONAL:
        with pytest.raises(Refused) as caught:
            raw(operation, **{name: value for name, value in request.items() if name != left_out})
        assert caught.value.code == VALIDATION, left_out


# operation: changes of a fitting request, and the texts of their ValidationExceptions (None: any)
WRONG = [
    ("Encrypt", {"Plaintext": bytes(191)}, too_long("RSAES_OAEP_SHA_256", "RSA_2048", 190)),
    ("Sign", {"MessageType": "DIGEST"}, "Digest is invalid length for algorithm ECDSA_SHA_256."),
    ("Verify", {"MessageType": "DIGEST"}, "Digest is invalid length for algorithm ECDSA_SHA_256."),
    ("Sign", {"MessageType": "EXTERNAL_MU"}, None),
    ("Verify", {"MessageType": "EXTERNAL_MU"}, None),
    ("DeriveSharedSecret", {"PublicKey": b"none"}, ""),
]


# The documentation: wrong parameters as in a real call.
@pytest.mark.parametrize(("operation", "change", "text"), WRONG)
def test_wrong_parameters_are_refused_all_the_same(raw, fitting, operation, change, text):
    with pytest.raises(Refused) as caught:
        raw(operation, **fitting(operation) | change)
    assert caught.value.code == VALIDATION
    assert text is None or caught.value.text == text


# Whether a dry run looks into signatures, MACs and ciphertexts is not known. Here it does not: it would be an oracle that
# leaves no use of the key behind.
@pytest.mark.parametrize(
    ("operation", "member"),
    [("Verify", "Signature"), ("VerifyMac", "Mac"), ("Decrypt", "CiphertextBlob")],
)
def test_no_look_at_what_it_would_open_or_verify_guess(raw, fitting, operation, member):
    request = fitting(operation)
    wrong = bytes([request[member][0] ^ 1]) + request[member][1:]
    raw.refused(DRY_RUN, WOULD_SUCCEED, operation, **request | {member: wrong})


@pytest.fixture
def ignoring(shared_key):
    """Of an RSA key, without a ciphertext."""
    modifiers = {"DryRunModifiers": ["IGNORE_CIPHERTEXT"], "DryRun": True}
    return shared_key("RSA_2048", ENCRYPT)["KeyId"], "RSAES_OAEP_SHA_256", modifiers


def test_decrypt_may_ignore_the_ciphertext(raw, ignoring):
    key_id, algorithm, modifiers = ignoring
    request = {"KeyId": key_id, "EncryptionAlgorithm": algorithm} | modifiers
    raw.refused(DRY_RUN, WOULD_SUCCEED, "Decrypt", **request)
    raw.refused("NotFoundException", "Invalid keyId 'foo'", "Decrypt", **request | {"KeyId": "foo"})


def test_re_encrypt_may_ignore_the_ciphertext(raw, ignoring, wrapping_key):
    key_id, algorithm, modifiers = ignoring
    source = {"SourceKeyId": key_id, "SourceEncryptionAlgorithm": algorithm}
    for destination in (
        {"DestinationKeyId": wrapping_key["KeyId"]},
        {"DestinationKeyId": key_id, "DestinationEncryptionAlgorithm": algorithm},
    ):
        raw.refused(DRY_RUN, WOULD_SUCCEED, "ReEncrypt", **source, **destination, **modifiers)


def test_then_the_key_must_be_named_guess_of_its_text(raw, ignoring, wrapping_key):
    _, algorithm, modifiers = ignoring
    for operation, request in (
        ("Decrypt", {"EncryptionAlgorithm": algorithm}),
        ("ReEncrypt", {"SourceEncryptionAlgorithm": algorithm, "DestinationKeyId": wrapping_key["KeyId"]}),
    ):
        with pytest.raises(Refused) as caught:
            raw(operation, **request, **modifiers)
        assert caught.value.code == VALIDATION


# A modifier of something that is no dry run has no documented meaning.
def test_without_a_dry_run_a_ciphertext_is_not_ignored_guess(raw, ignoring):
    key_id, algorithm, modifiers = ignoring
    with pytest.raises(Refused) as caught:
        raw("Decrypt", KeyId=key_id, EncryptionAlgorithm=algorithm, **modifiers | {"DryRun": False})
    assert caught.value.code in (VALIDATION, "InvalidCiphertextException")
