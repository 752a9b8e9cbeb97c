"""GenerateMac and VerifyMac: plain HMAC (RFC 2104), and whose algorithm is whose."""

import functools
import hmac

import pytest

from conformance.support.clients import refused, without_metadata
from conformance.support.key_specs import ENCRYPT, HMAC, MAC, MAC_ALGORITHMS, SIGN, SPECS, hash_size
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

OWN = [(spec, SPECS[spec][MAC][0]) for spec in HMAC]
NO_KEY = "11111111-2222-4333-8444-555555555555"
INVALID = "KMSInvalidMacException"


@pytest.fixture(params=["GenerateMac", "VerifyMac"])
def ask(request, kms):
    """Must be refused by GenerateMac, and by VerifyMac of whatever MAC."""

    def both(code, text, **how):
        if request.param == "GenerateMac":
            refused(code, text.replace("OPERATION", "GenerateMac"), kms.generate_mac, **how)
        else:
            refused(code, text.replace("OPERATION", "VerifyMac"), kms.verify_mac, Mac=bytes(32), **how)

    return both


def plain(key, algorithm, message=b"message"):
    return {"KeyId": key["KeyId"], "Message": message, "MacAlgorithm": algorithm}


@pytest.mark.parametrize(("spec", "algorithm"), OWN)
def test_round_trip(kms, shared_key, spec, algorithm):
    key = shared_key(spec, MAC)
    made = without_metadata(kms.generate_mac(**plain(key, algorithm)))
    mac = made.pop("Mac")
    assert len(mac) == hash_size(algorithm)
    assert made == {"KeyId": key["Arn"], "MacAlgorithm": algorithm}
    verified = without_metadata(kms.verify_mac(Mac=mac, **plain(key, algorithm)))
    assert verified == {"KeyId": key["Arn"], "MacValid": True, "MacAlgorithm": algorithm}


@pytest.mark.parametrize(("spec", "algorithm"), OWN)
def test_one_message_has_one_mac_and_another_message_another(kms, shared_key, spec, algorithm):
    mac_of = functools.partial(plain, shared_key(spec, MAC), algorithm)
    messages = (b"\0", b"\0\0", b"message", bytes(4095), bytes(4096), b"x" * 4096)
    macs = [kms.generate_mac(**mac_of(message))["Mac"] for message in messages]
    assert len(set(macs)) == len(macs)
    assert macs == [kms.generate_mac(**mac_of(message))["Mac"] for message in messages]
    for message, mac in zip(messages, macs, strict=True):
        assert kms.verify_mac(Mac=mac, **mac_of(message))["MacValid"] is True
        refused(INVALID, "", kms.verify_mac, Mac=mac, **mac_of(b"another"))


@pytest.mark.parametrize(("spec", "algorithm"), OWN)
def test_every_key_has_material_of_its_own(kms, shared_key, new_key, spec, algorithm):
    mac = kms.generate_mac(**plain(shared_key(spec, MAC), algorithm))["Mac"]
    other = new_key(spec, MAC)
    assert kms.generate_mac(**plain(other, algorithm))["Mac"] != mac
    refused(INVALID, "", kms.verify_mac, Mac=mac, **plain(other, algorithm))


@pytest.mark.parametrize(("spec", "algorithm"), OWN)
def test_what_is_no_mac(kms, shared_key, spec, algorithm):
    """Neither a changed one nor a truncated one, nor one that only begins right."""
    how = plain(shared_key(spec, MAC), algorithm)
    mac = kms.generate_mac(**how)["Mac"]
    wrong = [mac[:-1], mac[:1], mac[: len(mac) // 2], mac + b"\0", mac * 2, bytes(len(mac)), bytes(1), bytes(6144)]
    wrong += [mac[:place] + bytes([mac[place] ^ 1]) + mac[place + 1 :] for place in (0, len(mac) // 2, len(mac) - 1)]
    wrong.append(hmac.digest(bytes(32), b"message", f"sha{algorithm[-3:]}"))
    for candidate in wrong:
        refused(INVALID, "", kms.verify_mac, Mac=candidate, **how)


@pytest.mark.parametrize(("length", "text"), [(0, too_short("message")), (4097, over_long("message", 4096))])
def test_message_of_1_to_4096_bytes(ask, shared_key, length, text):
    ask(VALIDATION, text, **plain(shared_key("HMAC_256", MAC), "HMAC_SHA_256", bytes(length)))


@pytest.mark.parametrize(("length", "text"), [(0, too_short("mac")), (6145, over_long("mac", 6144))])
def test_mac_of_1_to_6144_bytes(kms, shared_key, length, text):
    how = plain(shared_key("HMAC_256", MAC), "HMAC_SHA_256")
    refused(VALIDATION, text, kms.verify_mac, Mac=bytes(length), **how)


@pytest.mark.parametrize(
    ("member", "text"),
    [
        ("KeyId", missing("keyId")),
        ("Message", missing("message", sensitive=True)),
        ("MacAlgorithm", missing("macAlgorithm")),
    ],
)
def test_what_both_must_be_given(ask, shared_key, member, text):
    how = plain(shared_key("HMAC_256", MAC), "HMAC_SHA_256")
    del how[member]
    ask(VALIDATION, text, **how)


def test_verify_mac_must_be_given_a_mac(kms, shared_key):
    how = plain(shared_key("HMAC_256", MAC), "HMAC_SHA_256")
    refused(VALIDATION, missing("mac"), kms.verify_mac, **how)


@pytest.mark.parametrize("name", ["hmac_sha_256", "HMAC_SHA_1", "HMAC_256", "ECDSA_SHA_256", "SYMMETRIC_DEFAULT"])
def test_no_mac_algorithm(ask, shared_key, name):
    text = not_among("macAlgorithm", name, MAC_ALGORITHMS)
    ask(VALIDATION, text, **plain(shared_key("HMAC_256", MAC), name))


# The order: shape, lookup, usage, state, algorithm, MAC.
def test_shape_before_lookup(ask):
    how = {"KeyId": NO_KEY, "Message": b"x"}
    ask(VALIDATION, not_among("macAlgorithm", "ROT13", MAC_ALGORITHMS), MacAlgorithm="ROT13", **how)


def test_lookup_before_all_else(ask):
    how = {"KeyId": NO_KEY, "Message": b"x", "MacAlgorithm": "HMAC_SHA_512"}
    ask("NotFoundException", f"Key '{key_arn(NO_KEY)}' does not exist", **how)


@pytest.mark.parametrize(("spec", "usage"), [("ECC_NIST_P256", SIGN), ("SYMMETRIC_DEFAULT", ENCRYPT)])
def test_usage_before_state(kms, ask, new_key, spec, usage):
    key = new_key(spec, usage)
    kms.disable_key(KeyId=key["KeyId"])
    ask(USAGE, wrong_usage(key["Arn"], usage, "OPERATION"), **plain(key, "HMAC_SHA_256"))


def test_state_before_algorithm(kms, ask, new_key):
    key = new_key("HMAC_256", MAC)
    kms.disable_key(KeyId=key["KeyId"])
    for algorithm in ("HMAC_SHA_256", "HMAC_SHA_512"):
        ask(DISABLED, f"{key['Arn']} is disabled.", **plain(key, algorithm))


def test_algorithm_before_the_mac(ask, shared_key):
    ask(USAGE, incompatible("HMAC_SHA_256", "HMAC_224"), **plain(shared_key("HMAC_224", MAC), "HMAC_SHA_256"))


def test_a_mac_outlives_a_disabling(kms, new_key):
    key = new_key("HMAC_384", MAC)
    how = plain(key, "HMAC_SHA_384")
    mac = kms.generate_mac(**how)["Mac"]
    kms.disable_key(KeyId=key["KeyId"])
    kms.enable_key(KeyId=key["KeyId"])
    assert kms.verify_mac(Mac=mac, **how)["MacValid"] is True
