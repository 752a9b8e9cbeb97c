"""Verify, given what is no signature: always KMSInvalidSignatureException, and never a text."""

import pytest
from cryptography.hazmat.primitives.asymmetric import utils
from cryptography.hazmat.primitives.serialization import load_der_public_key

from conformance.support.clients import refused
from conformance.support.key_specs import RSA, SIGN, SPECS, modulus_size

SIGNING = [(spec, name) for spec, usages in SPECS.items() if spec != "SM2" for name in usages.get(SIGN, ())]
ECDSA = [(spec, name) for spec, name in SIGNING if name.startswith("ECDSA")]
INVALID = "KMSInvalidSignatureException"


def plain(key, algorithm):
    how = {"KeyId": key["KeyId"], "SigningAlgorithm": algorithm, "Message": bytes(64)}
    return how | ({"MessageType": "DIGEST"} if algorithm == "ED25519_PH_SHA_512" else {})


def malformed(spec):
    """What is no signature, whatever the key."""
    size = modulus_size(spec) if spec in RSA else 64
    yield from (bytes(1), b"\x30", bytes(6144), b"\xff" * 6144, bytes(range(256)) * 2)
    for length in (size - 1, size, size + 1, 2420, 3309, 4627):
        yield from (bytes(length), b"\xff" * length)
    yield from (
        bytes.fromhex(text) for text in ("3000", "3080", "3006020100020100", "3006020101020101", "308400000000")
    )


@pytest.mark.parametrize(("spec", "algorithm"), SIGNING)
def test_what_is_no_signature(kms, shared_key, spec, algorithm):
    how = plain(shared_key(spec, SIGN), algorithm)
    for signature in malformed(spec):
        refused(INVALID, "", kms.verify, Signature=signature, **how)


@pytest.mark.parametrize(("spec", "algorithm"), SIGNING)
def test_a_changed_signature(kms, shared_key, spec, algorithm):
    how = plain(shared_key(spec, SIGN), algorithm)
    signature = kms.sign(**how)["Signature"]
    assert kms.verify(Signature=signature, **how)["SignatureValid"] is True
    for place in (0, 1, 5, len(signature) // 2, len(signature) - 1):
        changed = bytearray(signature)
        changed[place] ^= 1
        refused(INVALID, "", kms.verify, Signature=bytes(changed), **how)
    for changed in (
        signature[:-1],
        signature + b"\0",
        b"\0" + signature,
        signature * 2 if len(signature) < 3000 else b"x",
    ):
        refused(INVALID, "", kms.verify, Signature=changed, **how)


@pytest.mark.parametrize(("spec", "algorithm"), [case for case in SIGNING if case[0] in RSA])
def test_an_rsa_signature_is_below_the_modulus(kms, shared_key, public_key, spec, algorithm):
    how = plain(shared_key(spec, SIGN), algorithm)
    modulus = load_der_public_key(public_key(spec, SIGN)).public_numbers().n
    signature = int.from_bytes(kms.sign(**how)["Signature"], "big")
    for number in (signature + modulus, modulus, 0, 1, modulus - 1):
        encoded = number.to_bytes(modulus_size(spec) + (number >> 8 * modulus_size(spec) > 0), "big")
        refused(INVALID, "", kms.verify, Signature=encoded, **how)


@pytest.mark.parametrize(("spec", "algorithm"), ECDSA)
def test_r_and_s_are_in_their_range(kms, shared_key, public_key, spec, algorithm):
    how = plain(shared_key(spec, SIGN), algorithm)
    order = load_der_public_key(public_key(spec, SIGN)).curve.group_order
    r, s = utils.decode_dss_signature(kms.sign(**how)["Signature"])
    for pair in ((0, s), (r, 0), (r, s + order), (r + order, s), (order, s), (r, order), (s, r)):
        refused(INVALID, "", kms.verify, Signature=utils.encode_dss_signature(*pair), **how)


# BER that is no DER.
@pytest.mark.parametrize(("spec", "algorithm"), ECDSA)
def test_other_encodings_of_r_and_s_are_refused_guess(kms, shared_key, spec, algorithm):
    how = plain(shared_key(spec, SIGN), algorithm)
    signature = kms.sign(**how)["Signature"]
    content = signature[3:] if signature[1] == 0x81 else signature[2:]
    length = len(content)
    padded = bytes([2, content[1] + 1, 0]) + content[2:]  # r with a zero in front that nothing needs
    for changed in (
        bytes([0x30, 0x82, 0, length]) + content,
        bytes([0x30, 0x80]) + content + b"\0\0",
        bytes([0x31]) + signature[1:],
        (bytes([0x30, 0x81, length + 1]) if length >= 127 else bytes([0x30, length + 1])) + padded,
    ):
        refused(INVALID, "", kms.verify, Signature=changed, **how)
