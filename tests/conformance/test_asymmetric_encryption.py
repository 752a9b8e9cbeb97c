"""Encrypt, Decrypt and ReEncrypt with RSA keys: OAEP as any library makes it, and failures that tell nothing."""

import contextlib
import itertools

import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_der_public_key

from conformance.support.clients import refused
from conformance.support.key_specs import ENCRYPT, ENCRYPTION_ALGORITHMS, RSA, SIGN, SPECS, modulus_size, oaep_limit
from conformance.support.outside import HASHES, hash_of, oaep
from conformance.support.refusals import (
    DISABLED,
    USAGE,
    VALIDATION,
    WRONG_KEY,
    incompatible,
    not_among,
    over_long,
    too_long,
    too_short,
    wrong_usage,
)

OAEP = SPECS["RSA_2048"][ENCRYPT]
CASES = list(itertools.product(RSA, OAEP))
INVALID = "InvalidCiphertextException"


@pytest.fixture
def ask(shared_key):
    """The members that name the shared key and an algorithm."""
    return lambda spec, algorithm: {"KeyId": shared_key(spec, ENCRYPT)["KeyId"], "EncryptionAlgorithm": algorithm}


@pytest.mark.parametrize(("spec", "algorithm"), CASES)
def test_answers_have_exactly_their_members(raw, shared_key, ask, spec, algorithm):
    made = raw("Encrypt", Plaintext=b"text", **ask(spec, algorithm))
    blob = made.pop("CiphertextBlob")
    assert len(blob) == modulus_size(spec)
    named = {"KeyId": shared_key(spec, ENCRYPT)["Arn"], "EncryptionAlgorithm": algorithm}
    assert made == named
    assert raw("Decrypt", CiphertextBlob=blob, **ask(spec, algorithm)) == named | {"Plaintext": b"text"}


@pytest.mark.parametrize(("spec", "algorithm"), CASES)
def test_every_length_comes_back(kms, ask, spec, algorithm):
    limit = oaep_limit(spec, algorithm)
    for length in (1, 2, 16, 32, limit - 1, limit):
        plaintext = bytes(i * 37 % 256 for i in range(length))
        blob = kms.encrypt(Plaintext=plaintext, **ask(spec, algorithm))["CiphertextBlob"]
        assert len(blob) == modulus_size(spec)
        assert kms.decrypt(CiphertextBlob=blob, **ask(spec, algorithm))["Plaintext"] == plaintext


@pytest.mark.parametrize(("spec", "algorithm"), CASES)
def test_limits(kms, ask, spec, algorithm):
    limit = oaep_limit(spec, algorithm)
    for length in (limit + 1, modulus_size(spec), 4096):
        text = too_long(algorithm, spec, limit)
        refused(VALIDATION, text, kms.encrypt, Plaintext=bytes(length), **ask(spec, algorithm))
    refused(VALIDATION, too_short("plaintext"), kms.encrypt, Plaintext=b"", **ask(spec, algorithm))
    refused(VALIDATION, over_long("plaintext", 4096), kms.encrypt, Plaintext=bytes(4097), **ask(spec, algorithm))


@pytest.mark.parametrize(("spec", "algorithm"), CASES)
def test_what_is_encrypted_outside_opens_inside(kms, public_key, ask, spec, algorithm):
    public = load_der_public_key(public_key(spec, ENCRYPT))
    for plaintext in (b"x", b"text", bytes(oaep_limit(spec, algorithm))):
        blob = public.encrypt(plaintext, oaep(algorithm))
        assert kms.decrypt(CiphertextBlob=blob, **ask(spec, algorithm))["Plaintext"] == plaintext


# Encrypt makes none; Decrypt may take or refuse it, but must answer.
def test_an_empty_plaintext_from_outside_guess(kms, public_key, ask):
    blob = load_der_public_key(public_key("RSA_2048", ENCRYPT)).encrypt(b"", oaep(OAEP[1]))
    with contextlib.suppress(kms.exceptions.InvalidCiphertextException):
        assert kms.decrypt(CiphertextBlob=blob, **ask("RSA_2048", OAEP[1]))["Plaintext"] == b""


def test_two_encryptions_of_one_plaintext_differ(kms, ask):
    how = ask("RSA_2048", OAEP[1])
    assert len({kms.encrypt(Plaintext=b"text", **how)["CiphertextBlob"] for _ in range(10)}) == 10


def wrong_blobs(public, algorithm, good):
    """What looks like a ciphertext of this key and is none."""
    modulus, size = public.public_numbers().n, len(good)
    other = OAEP[1 - OAEP.index(algorithm)]
    yield public.encrypt(b"text", oaep(other))
    mixed = HASHES["1"] if algorithm.endswith("256") else HASHES["256"]
    yield public.encrypt(b"text", padding.OAEP(padding.MGF1(mixed), hash_of(algorithm), None))
    yield public.encrypt(b"text", padding.OAEP(padding.MGF1(hash_of(algorithm)), hash_of(algorithm), b"label"))
    yield public.encrypt(b"text", padding.PKCS1v15())
    for place in (0, size // 2, size - 1):
        yield good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :]
    for number in (0, 1, modulus - 1, modulus, modulus + 1, 2 ** (8 * size) - 1):
        yield number.to_bytes(size, "big")


@pytest.mark.parametrize(("spec", "algorithm"), CASES)
def test_every_failure_is_the_same(kms, public_key, ask, spec, algorithm):
    public = load_der_public_key(public_key(spec, ENCRYPT))
    good = public.encrypt(b"text", oaep(algorithm))
    for blob in wrong_blobs(public, algorithm, good):
        refused(INVALID, "", kms.decrypt, CiphertextBlob=blob, **ask(spec, algorithm))
    for blob in (good[:-1], good[1:], good + b"\0", b"\0" + good, good[:1], bytes(6144)):
        refused(INVALID, "", kms.decrypt, CiphertextBlob=blob, **ask(spec, algorithm))


def test_another_keys_ciphertext(kms, ask, new_key):
    blob = kms.encrypt(Plaintext=b"text", **ask("RSA_2048", OAEP[1]))["CiphertextBlob"]
    other = {"KeyId": new_key("RSA_2048", ENCRYPT)["KeyId"], "EncryptionAlgorithm": OAEP[1]}
    refused(INVALID, "", kms.decrypt, CiphertextBlob=blob, **other)


# The blob is parsed as a symmetric one before algorithm and spec are compared.
@pytest.mark.parametrize("spec", RSA)
def test_decrypt_without_an_algorithm(kms, shared_key, ask, spec):
    blob = kms.encrypt(Plaintext=b"text", **ask(spec, OAEP[1]))["CiphertextBlob"]
    key_id = shared_key(spec, ENCRYPT)["KeyId"]
    refused(INVALID, "", kms.decrypt, CiphertextBlob=blob, KeyId=key_id)
    refused(INVALID, "", kms.decrypt, CiphertextBlob=blob, KeyId=key_id, EncryptionAlgorithm="SYMMETRIC_DEFAULT")


@pytest.mark.parametrize("spec", RSA)
def test_encrypt_without_an_algorithm(kms, shared_key, spec):
    text = incompatible("SYMMETRIC_DEFAULT", spec)
    refused(USAGE, text, kms.encrypt, KeyId=shared_key(spec, ENCRYPT)["KeyId"], Plaintext=b"text")


@pytest.mark.parametrize("algorithm", [{}, {"EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}])
def test_decrypt_without_a_key_inferred(kms, ask, algorithm):
    """Nothing in an RSA ciphertext says whose it is."""
    blob = kms.encrypt(Plaintext=b"text", **ask("RSA_2048", OAEP[1]))["CiphertextBlob"]
    refused(INVALID, "", kms.decrypt, CiphertextBlob=blob, **algorithm)


def test_a_symmetric_ciphertext_with_an_rsa_key(kms, wrapping_key, shared_key, ask):
    blob = kms.encrypt(KeyId=wrapping_key["KeyId"], Plaintext=b"text")["CiphertextBlob"]
    for usage in (ENCRYPT, SIGN):
        key_id = shared_key("RSA_2048", usage)["KeyId"]
        refused("IncorrectKeyException", WRONG_KEY, kms.decrypt, CiphertextBlob=blob, KeyId=key_id)


def test_a_symmetric_ciphertext_with_an_rsa_key_and_algorithm_guess(kms, wrapping_key, ask):
    """Then it is a ciphertext of the wrong length."""
    blob = kms.encrypt(KeyId=wrapping_key["KeyId"], Plaintext=b"text")["CiphertextBlob"]
    refused(INVALID, "", kms.decrypt, CiphertextBlob=blob, **ask("RSA_2048", OAEP[1]))


def test_unknown_algorithm(kms, shared_key):
    how = {"KeyId": shared_key("RSA_2048", ENCRYPT)["KeyId"], "EncryptionAlgorithm": "RSAES_PKCS1_V1_5"}
    text = not_among("encryptionAlgorithm", "RSAES_PKCS1_V1_5", ENCRYPTION_ALGORITHMS)
    refused(VALIDATION, text, kms.encrypt, Plaintext=b"text", **how)
    refused(VALIDATION, text, kms.decrypt, CiphertextBlob=bytes(256), **how)


# Documented as not allowed; which error it is, is not known.
def test_an_encryption_context_with_an_rsa_key_guess(kms, shared_key, wrapping_key, ask):
    context, how = {"a": "b"}, ask("RSA_2048", OAEP[1])
    blob = kms.encrypt(Plaintext=b"text", **how)["CiphertextBlob"]
    symmetric = kms.encrypt(KeyId=wrapping_key["KeyId"], Plaintext=b"text")["CiphertextBlob"]
    rsa, plain = shared_key("RSA_2048", ENCRYPT)["KeyId"], wrapping_key["KeyId"]
    source = {
        "CiphertextBlob": blob,
        "SourceKeyId": rsa,
        "SourceEncryptionAlgorithm": OAEP[1],
        "DestinationKeyId": plain,
    }
    destination = {"CiphertextBlob": symmetric, "DestinationKeyId": rsa, "DestinationEncryptionAlgorithm": OAEP[1]}
    for operation, request in (
        (kms.encrypt, how | {"Plaintext": b"text", "EncryptionContext": context}),
        (kms.decrypt, how | {"CiphertextBlob": blob, "EncryptionContext": context}),
        (kms.re_encrypt, source | {"SourceEncryptionContext": context}),
        (kms.re_encrypt, destination | {"DestinationEncryptionContext": context}),
    ):
        with pytest.raises(kms.exceptions.ClientError) as caught:
            operation(**request)
        assert caught.value.response["Error"]["Code"] == VALIDATION
    assert kms.decrypt(CiphertextBlob=blob, EncryptionContext={}, **how)["Plaintext"] == b"text"


# The order: shape, lookup, usage, state, algorithm, length (the last one is inferred).
def test_usage_before_state_before_algorithm_before_length(kms, shared_key, new_key):
    long = {"Plaintext": bytes(4096)}
    signing = shared_key("RSA_2048", SIGN)
    text = wrong_usage(signing["Arn"], SIGN, "Encrypt")
    for algorithm in ENCRYPTION_ALGORITHMS:
        refused(USAGE, text, kms.encrypt, KeyId=signing["KeyId"], EncryptionAlgorithm=algorithm, **long)
    key = new_key("RSA_2048", ENCRYPT)
    text = incompatible("SM2PKE", "RSA_2048")
    refused(USAGE, text, kms.encrypt, KeyId=key["KeyId"], EncryptionAlgorithm="SM2PKE", **long)
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text", EncryptionAlgorithm=OAEP[0])["CiphertextBlob"]
    kms.disable_key(KeyId=key["KeyId"])
    text = f"{key['Arn']} is disabled."
    for algorithm in ("SM2PKE", "SYMMETRIC_DEFAULT", *OAEP):
        refused(DISABLED, text, kms.encrypt, KeyId=key["KeyId"], EncryptionAlgorithm=algorithm, **long)
    for candidate in (blob, bytes(256), b"x"):  # before the ciphertext is looked at
        refused(DISABLED, text, kms.decrypt, KeyId=key["KeyId"], CiphertextBlob=candidate, EncryptionAlgorithm=OAEP[0])
    kms.enable_key(KeyId=key["KeyId"])
    answer = kms.decrypt(KeyId=key["KeyId"], CiphertextBlob=blob, EncryptionAlgorithm=OAEP[0])
    assert answer["Plaintext"] == b"text"
