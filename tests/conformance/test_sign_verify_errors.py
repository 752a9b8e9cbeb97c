"""Sign and Verify: what is refused, with which text, and what comes before what."""

import pytest

from conformance.support.clients import refused
from conformance.support.key_specs import ENCRYPT, MAC, ML_DSA, SIGN, SIGNING_ALGORITHMS, SPECS, hash_size
from conformance.support.refusals import (
    DISABLED,
    USAGE,
    VALIDATION,
    incompatible,
    missing,
    not_among,
    over_long,
    too_short,
    wrong_usage,
)
from conformance.support.server import key_arn

SIGNING = [(spec, name) for spec, usages in SPECS.items() if spec != "SM2" for name in usages.get(SIGN, ())]
DIGESTS = [(spec, name) for spec, name in SIGNING if name.startswith(("RSASSA", "ECDSA"))]
NO_KEY = "11111111-2222-4333-8444-555555555555"
PH = "ED25519_PH_SHA_512"


@pytest.fixture(params=["Sign", "Verify"])
def ask(request, kms):
    """Must be refused by Sign, and by Verify of whatever signature."""

    def both(code, text, **how):
        if request.param == "Sign":
            refused(code, text.replace("OPERATION", "Sign"), kms.sign, **how)
        else:
            refused(code, text.replace("OPERATION", "Verify"), kms.verify, Signature=bytes(64), **how)

    return both


def plain(key, algorithm, **how):
    return {"KeyId": key["KeyId"], "Message": b"message", "SigningAlgorithm": algorithm} | how


# Lengths: 0 is refused, although prose of the documentation says 0-4096.
@pytest.mark.parametrize("kind", ["RAW", "DIGEST", "EXTERNAL_MU"])
@pytest.mark.parametrize(("length", "text"), [(0, too_short("message")), (4097, over_long("message", 4096))])
def test_message_of_1_to_4096_bytes_whatever_it_is(ask, shared_key, kind, length, text):
    key = shared_key("ML_DSA_44", SIGN)
    ask(VALIDATION, text, **plain(key, "ML_DSA_SHAKE_256", Message=bytes(length), MessageType=kind))


@pytest.mark.parametrize(("length", "text"), [(0, too_short("signature")), (6145, over_long("signature", 6144))])
def test_signature_of_1_to_6144_bytes(kms, shared_key, length, text):
    how = plain(shared_key("ECC_NIST_P256", SIGN), "ECDSA_SHA_256", Signature=bytes(length))
    refused(VALIDATION, text, kms.verify, **how)


@pytest.mark.parametrize(
    ("member", "text"),
    [
        ("KeyId", missing("keyId")),
        ("Message", missing("message", sensitive=True)),
        ("SigningAlgorithm", missing("signingAlgorithm")),
    ],
)
def test_what_both_must_be_given(ask, shared_key, member, text):
    how = plain(shared_key("ECC_NIST_P256", SIGN), "ECDSA_SHA_256")
    del how[member]
    ask(VALIDATION, text, **how)


def test_verify_must_be_given_a_signature(kms, shared_key):
    how = plain(shared_key("ECC_NIST_P256", SIGN), "ECDSA_SHA_256")
    refused(VALIDATION, missing("signature"), kms.verify, **how)


@pytest.mark.parametrize("name", ["ROT13", "RSAES_OAEP_SHA_256", "ecdsa_sha_256", "HMAC_SHA_256", "ECDH"])
def test_no_signing_algorithm(ask, shared_key, name):
    text = not_among("signingAlgorithm", name, SIGNING_ALGORITHMS)
    ask(VALIDATION, text, **plain(shared_key("ECC_NIST_P256", SIGN), name))


def test_no_message_type(ask, shared_key):
    text = not_among("messageType", "raw", ("RAW", "DIGEST", "EXTERNAL_MU"))
    ask(VALIDATION, text, **plain(shared_key("ECC_NIST_P256", SIGN), "ECDSA_SHA_256", MessageType="raw"))


@pytest.mark.parametrize(("spec", "algorithm"), DIGESTS)
def test_digest_of_another_length(ask, shared_key, spec, algorithm):
    right, text = hash_size(algorithm), f"Digest is invalid length for algorithm {algorithm}."
    for length in {1, 20, right - 1, right + 1, 32, 48, 64, 4096} - {right}:
        ask(VALIDATION, text, **plain(shared_key(spec, SIGN), algorithm, Message=bytes(length), MessageType="DIGEST"))


# Measured on the digests of RSA.
@pytest.mark.parametrize("length", [1, 32, 63, 65, 4096])
def test_digest_of_another_length_guess_for_ed25519ph(ask, shared_key, length):
    how = plain(shared_key("ECC_NIST_EDWARDS25519", SIGN), PH, Message=bytes(length), MessageType="DIGEST")
    ask(VALIDATION, f"Digest is invalid length for algorithm {PH}.", **how)


@pytest.mark.parametrize(("algorithm", "kind"), [("ED25519_SHA_512", "DIGEST"), (PH, "RAW")])
def test_each_ed25519_has_its_message_type(ask, shared_key, algorithm, kind):
    text = f"Message type {kind} is incompatible with algorithm {algorithm}."
    how = plain(shared_key("ECC_NIST_EDWARDS25519", SIGN), algorithm, Message=bytes(64), MessageType=kind)
    ask(VALIDATION, text, **how)


def test_ed25519ph_needs_its_message_type_to_be_said(ask, shared_key):
    text = f"Message type RAW is incompatible with algorithm {PH}."
    ask(VALIDATION, text, **plain(shared_key("ECC_NIST_EDWARDS25519", SIGN), PH, Message=bytes(64)))


@pytest.mark.parametrize("spec", ML_DSA)
def test_ml_dsa_takes_no_digest(ask, shared_key, spec):
    text = f"Message type DIGEST is incompatible with key spec {spec}."
    for length in (32, 64):
        how = plain(shared_key(spec, SIGN), "ML_DSA_SHAKE_256", Message=bytes(length), MessageType="DIGEST")
        ask(VALIDATION, text, **how)


# The text is that of ML-DSA with DIGEST.
@pytest.mark.parametrize(("spec", "algorithm"), DIGESTS)
def test_mu_is_for_ml_dsa_alone_guess(ask, shared_key, spec, algorithm):
    text = f"Message type EXTERNAL_MU is incompatible with key spec {spec}."
    how = plain(shared_key(spec, SIGN), algorithm, Message=bytes(64), MessageType="EXTERNAL_MU")
    ask(VALIDATION, text, **how)


# Whether the text names the algorithm, as Ed25519's other texts do, or the key spec is not known.
@pytest.mark.parametrize("algorithm", SPECS["ECC_NIST_EDWARDS25519"][SIGN])
@pytest.mark.parametrize("name", ["sign", "verify"])
def test_mu_with_ed25519_guess(kms, shared_key, name, algorithm):
    how = plain(shared_key("ECC_NIST_EDWARDS25519", SIGN), algorithm, Message=bytes(64), MessageType="EXTERNAL_MU")
    how |= {"Signature": bytes(64)} if name == "verify" else {}
    with pytest.raises(kms.exceptions.ClientError) as caught:
        getattr(kms, name)(**how)
    error = caught.value.response["Error"]
    assert error["Code"] == VALIDATION
    assert error["Message"].startswith("Message type EXTERNAL_MU is incompatible with ")


@pytest.mark.parametrize("spec", ML_DSA)
@pytest.mark.parametrize("name", ["sign", "verify"])
def test_mu_of_another_length_has_some_text_guess(kms, shared_key, name, spec):
    for length in (1, 32, 63, 65, 4096):
        how = plain(shared_key(spec, SIGN), "ML_DSA_SHAKE_256", Message=bytes(length), MessageType="EXTERNAL_MU")
        how |= {"Signature": bytes(64)} if name == "verify" else {}
        with pytest.raises(kms.exceptions.ClientError) as caught:
            getattr(kms, name)(**how)
        assert caught.value.response["Error"]["Code"] == VALIDATION
        assert caught.value.response["Error"]["Message"]


# The order: shape, lookup, usage, state, algorithm, message type, digest length, signature.
def test_shape_before_lookup(ask):
    for how in (
        {"SigningAlgorithm": "ROT13", "Message": b"x"},
        {"SigningAlgorithm": "ECDSA_SHA_256", "Message": b""},
        {"SigningAlgorithm": "ECDSA_SHA_256", "Message": b"x", "MessageType": "COOKED"},
    ):
        texts = {
            "ROT13": not_among("signingAlgorithm", "ROT13", SIGNING_ALGORITHMS),
            "COOKED": not_among("messageType", "COOKED", ("RAW", "DIGEST", "EXTERNAL_MU")),
        }
        text = texts.get(how["SigningAlgorithm"]) or texts.get(how.get("MessageType")) or too_short("message")
        ask(VALIDATION, text, KeyId=NO_KEY, **how)


def test_lookup_before_all_else(ask):
    how = {"Message": b"x", "MessageType": "DIGEST", "SigningAlgorithm": "SM2DSA"}
    ask("NotFoundException", f"Key '{key_arn(NO_KEY)}' does not exist", KeyId=NO_KEY, **how)


@pytest.mark.parametrize(("spec", "usage"), [("HMAC_256", MAC), ("SYMMETRIC_DEFAULT", ENCRYPT)])
def test_usage_before_state(kms, ask, new_key, spec, usage):
    key = new_key(spec, usage)
    kms.disable_key(KeyId=key["KeyId"])
    ask(USAGE, wrong_usage(key["Arn"], usage, "OPERATION"), **plain(key, "ECDSA_SHA_256"))


def test_state_before_algorithm(kms, ask, new_key):
    key = new_key("RSA_2048", SIGN)
    kms.disable_key(KeyId=key["KeyId"])
    for how in ({}, {"MessageType": "DIGEST"}, {"MessageType": "EXTERNAL_MU"}):
        ask(DISABLED, f"{key['Arn']} is disabled.", **plain(key, "ECDSA_SHA_256", **how))


def test_algorithm_before_message_type_and_length(ask, shared_key):
    for spec, algorithm in (("ECC_NIST_P256", "ECDSA_SHA_384"), ("ECC_NIST_P256", PH), ("ML_DSA_44", "ECDSA_SHA_256")):
        for kind in ("DIGEST", "EXTERNAL_MU", "RAW"):
            ask(USAGE, incompatible(algorithm, spec), **plain(shared_key(spec, SIGN), algorithm, MessageType=kind))


def test_message_type_before_length(ask, shared_key):
    text = "Message type DIGEST is incompatible with algorithm ED25519_SHA_512."
    ask(VALIDATION, text, **plain(shared_key("ECC_NIST_EDWARDS25519", SIGN), "ED25519_SHA_512", MessageType="DIGEST"))
    text = "Message type DIGEST is incompatible with key spec ML_DSA_44."
    ask(VALIDATION, text, **plain(shared_key("ML_DSA_44", SIGN), "ML_DSA_SHAKE_256", MessageType="DIGEST"))
