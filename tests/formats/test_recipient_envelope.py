"""CiphertextForRecipient, opened by other programs: what crypto/recipient_envelope.cc wrote once, for a key of this test."""

import shutil
import subprocess
from pathlib import Path

import pytest
from conformance.support.attestation import open_ciphertext_for_recipient, recipient_key
from cryptography.hazmat.primitives.serialization import load_pem_private_key

FIXTURE = Path(__file__).resolve().parents[1] / "fixtures/recipient-envelope"
ENVELOPE = (FIXTURE / "envelope.ber").read_bytes()
PLAINTEXT = b"thirty-two bytes of a plaintext!"


@pytest.fixture(scope="module")
def private_key():
    return load_pem_private_key((FIXTURE / "key.pem").read_bytes(), password=None)


def test_envelope_opens(private_key):
    assert open_ciphertext_for_recipient(ENVELOPE, private_key) == PLAINTEXT


def test_openssls_cms_opens_it():
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("no openssl program")
    command = [program, "cms", "-decrypt", "-inform", "DER", "-inkey", FIXTURE / "key.pem"]
    assert subprocess.run(command, input=ENVELOPE, capture_output=True, check=True, timeout=60).stdout == PLAINTEXT


def test_no_other_key_opens_it():
    with pytest.raises((AssertionError, ValueError)):
        open_ciphertext_for_recipient(ENVELOPE, recipient_key())


@pytest.mark.parametrize("size", [0, 20, len(ENVELOPE) // 2, len(ENVELOPE) - 60])
def test_half_an_envelope_is_none(private_key, size):
    with pytest.raises(Exception):
        open_ciphertext_for_recipient(ENVELOPE[:size], private_key)
