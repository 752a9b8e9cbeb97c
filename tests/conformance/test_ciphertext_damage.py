"""No altered ciphertext opens, and no answer to one says anything about what was in it."""

import base64

import pytest

from conformance.support.wire import Connection, kms_request

PLAINTEXT = b"attack at dawn, or the day after"
# Damage in the header can make it name a key that is not there.
UNUSABLE = (
    "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not "
    "allowed to access."
)
EXPECTED = {("InvalidCiphertextException", ""), ("AccessDeniedException", UNUSABLE)}


@pytest.fixture
def blob(kms, key):
    return kms.encrypt(KeyId=key["KeyId"], Plaintext=PLAINTEXT, EncryptionContext={"a": "b"})["CiphertextBlob"]


@pytest.fixture
def decrypt(server):
    with Connection(server) as connection:

        def ask(blob, **more):
            body = {"CiphertextBlob": base64.b64encode(blob).decode(), "EncryptionContext": {"a": "b"}, **more}
            connection.send(kms_request(server, "Decrypt", body))
            return connection.response()

        yield ask


def assert_refused(answer, damage, expected=frozenset(EXPECTED)):
    assert answer.status == 400, damage
    assert answer.error()[1:] in expected, damage
    assert PLAINTEXT not in answer.body and base64.b64encode(PLAINTEXT)[:20] not in answer.body


def test_the_undamaged_one_opens(decrypt, blob):
    assert base64.b64decode(decrypt(blob).json()["Plaintext"]) == PLAINTEXT


def test_a_bit_of_every_byte(decrypt, blob):
    for position in range(len(blob)):
        damaged = bytearray(blob)
        damaged[position] ^= 1 << position % 8
        assert_refused(decrypt(bytes(damaged)), f"bit {position % 8} of byte {position}")


def test_with_the_key_named_no_damage_is_told_apart_but_a_header_of_another_key(decrypt, blob, key):
    wrong_key = (
        "IncorrectKeyException",
        "The key ID in the request does not identify a CMK that can perform this operation.",
    )
    for position in range(0, len(blob), 3):
        damaged = bytearray(blob)
        damaged[position] ^= 0x80
        answer = decrypt(bytes(damaged), KeyId=key["KeyId"])
        assert_refused(answer, f"byte {position}", {("InvalidCiphertextException", ""), wrong_key})


def test_every_truncation(decrypt, blob):
    for length in range(1, len(blob)):
        assert_refused(decrypt(blob[:length]), f"the first {length} bytes", {("InvalidCiphertextException", "")})
    for start in range(1, len(blob), 7):
        assert_refused(decrypt(blob[start:]), f"without the first {start} bytes")


def test_extensions(decrypt, blob):
    for more in (b"\0", b"\0" * 16, blob):
        assert_refused(decrypt(blob + more), "bytes behind it", {("InvalidCiphertextException", "")})
        assert_refused(decrypt(more + blob), "bytes before it")


def test_halves_of_two_ciphertexts_of_one_key(kms, decrypt, blob, key):
    other = kms.encrypt(KeyId=key["KeyId"], Plaintext=PLAINTEXT, EncryptionContext={"a": "b"})["CiphertextBlob"]
    assert len(blob) == len(other)
    for cut in range(1, len(blob)):
        spliced = blob[:cut] + other[cut:]
        if spliced not in (blob, other):  # a common beginning makes no new text
            assert_refused(decrypt(spliced), f"spliced at {cut}", {("InvalidCiphertextException", "")})
