"""Key state × operation for every kind of key: the state's text in place of the answer, in dry runs, too."""

import functools
from dataclasses import dataclass

import pytest

from conformance.support.key_specs import ENCRYPT, HMAC, KEYS, MAC, NO_IMPORT, RSA, SIGN, SPECS
from conformance.support.operation_requests import Requests
from conformance.support.operation_table import DESTINATION, OPERATIONS, SOURCE, outcome
from conformance.support.refusals import USAGE, WRONG_KEY, wrong_usage

# state: the exception and the text behind the key's ARN
STATES = {
    "Disabled": ("DisabledException", "is disabled."),
    "PendingDeletion": ("KMSInvalidStateException", "is pending deletion."),
    "PendingImport": ("KMSInvalidStateException", "is pending import."),
}
# Measured for keys that are pending deletion; the others are by analogy.
MEASURED = {"Sign", "Verify", "GenerateMac", "VerifyMac", "Encrypt"}
LEFT_OUT = RSA[1:]  # one size of RSA keys is enough: they take long to make


def cases():
    for spec, usage in KEYS:
        for operation, (needed, algorithms) in OPERATIONS.items():
            works = [name for name in algorithms if outcome(spec, usage, operation, name).succeeds()]
            if spec in LEFT_OUT or needed != usage or not works:
                continue
            for state in STATES:
                if state == "PendingImport" and spec in NO_IMPORT:
                    continue
                known = state == "Disabled" or operation in MEASURED or state == "PendingImport"
                guess = not known or operation in ("Encapsulate", "Decapsulate")
                parts = [spec, usage, operation, state, *(["guess"] if guess else [])]
                yield pytest.param(spec, usage, operation, works[0], state, id="-".join(parts))


@dataclass
class Prepared:
    """A key in a state, and requests made while it (or a key like it) could still be used."""

    arn: str
    requests: dict


@pytest.fixture(scope="module")
def prepared(raw_for, new_key, shared_key, public_key, symmetric_key):
    def set_state(key, state):
        if state == "Disabled":
            raw_for(key["KeySpec"])("DisableKey", KeyId=key["KeyId"])
        if state == "PendingDeletion":
            raw_for(key["KeySpec"])("ScheduleKeyDeletion", KeyId=key["KeyId"], PendingWindowInDays=7)

    @functools.cache
    def prepare(spec, usage, state):
        origin = "EXTERNAL" if state == "PendingImport" else "AWS_KMS"
        key = new_key(spec, usage, Origin=origin)
        like = shared_key(spec, usage) if origin == "EXTERNAL" else key

        def symmetric(of):
            return like["KeyId"] if of == "SYMMETRIC_DEFAULT" else symmetric_key(of)

        def public(of, use):
            return raw_for(of)("GetPublicKey", KeyId=like["KeyId"])["PublicKey"] if of == spec else public_key(of, use)

        build, requests = Requests(raw_for, lambda *_: like, public, symmetric), {}
        for operation, (needed, algorithms) in OPERATIONS.items():
            for algorithm in algorithms:
                if needed == usage and outcome(spec, usage, operation, algorithm).succeeds():
                    made = build.of(spec, usage, operation, algorithm)
                    requests[operation, algorithm] = {
                        name: key["KeyId"] if value == like["KeyId"] else value for name, value in made.items()
                    }
        set_state(key, state)
        return Prepared(key["Arn"], requests)

    return prepare


def expected(spec, operation, state):
    if spec == "SYMMETRIC_DEFAULT" and state == "PendingImport" and operation in ("Decrypt", SOURCE):
        return "IncorrectKeyException", WRONG_KEY  # the blob is another key's, which comes before any state
    code, text = STATES[state]
    return code, "{arn} " + text


@pytest.mark.parametrize(("spec", "usage", "operation", "algorithm", "state"), list(cases()))
def test_operation_in_state(raw_for, prepared, spec, usage, operation, algorithm, state):
    key, name = prepared(spec, usage, state), operation.split(" ")[0]
    request = key.requests[operation, algorithm]
    code, text = expected(spec, operation, state)
    for dry_run in ({}, {"DryRun": True}):
        raw_for(spec).refused(code, text.replace("{arn}", key.arn), name, **request, **dry_run)


# Decrypt is left out: what its ciphertext says comes first. ReEncrypt's name in the text is a guess.
ORDERED = [name for name in OPERATIONS if name not in ("Decrypt", SOURCE, DESTINATION, "GetPublicKey")]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("operation", ORDERED)
def test_usage_before_state(raw, requests, prepared, operation, state):
    needed, algorithms = OPERATIONS[operation]
    spec, usage = ("HMAC_256", MAC) if needed != MAC else ("RSA_2048", SIGN)
    key = prepared(spec, usage, state)
    request = requests.of(spec, usage, operation, algorithms[0])
    key_id = key.arn.rsplit("/", 1)[1]
    raw.refused(USAGE, wrong_usage(key.arn, usage, operation), operation, **request | {"KeyId": key_id})


# What was measured on RSA keys that are disabled.
@pytest.mark.parametrize(
    ("spec", "usage", "operation", "algorithm"),
    [
        ("RSA_2048", SIGN, "Sign", "ECDSA_SHA_256"),
        ("RSA_2048", SIGN, "Verify", "ECDSA_SHA_256"),
        ("RSA_2048", ENCRYPT, "Encrypt", "SM2PKE"),
        ("RSA_2048", ENCRYPT, "Encrypt", "SYMMETRIC_DEFAULT"),
        ("HMAC_256", MAC, "GenerateMac", "HMAC_SHA_512"),
        ("HMAC_256", MAC, "VerifyMac", "HMAC_SHA_512"),
    ],
)
@pytest.mark.parametrize("state", STATES)
def test_state_before_algorithm(raw, requests, prepared, spec, usage, operation, algorithm, state):
    key = prepared(spec, usage, state)
    request = requests.of(spec, usage, operation, algorithm) | {"KeyId": key.arn}
    code, text = STATES[state]
    raw.refused(code, f"{key.arn} {text}", operation, **request)


# And for the wrapping of data keys, which the state comes before, too.
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name.startswith("GenerateDataKey")])
def test_state_before_what_cannot_wrap_guess(raw, requests, prepared, operation, state):
    key = prepared("RSA_2048", ENCRYPT, state)
    request = requests.of("RSA_2048", ENCRYPT, operation, "") | {"KeyId": key.arn}
    code, text = STATES[state]
    raw.refused(code, f"{key.arn} {text}", operation, **request)


COMING_BACK = [case for case in KEYS if case[0] not in (*RSA[1:], *HMAC[1:])]


@pytest.mark.parametrize(("spec", "usage"), COMING_BACK)
def test_a_key_comes_back_as_it_was(raw_for, new_key, public_key, symmetric_key, spec, usage):
    """Disabled, pending deletion, and again enabled: what it made before, it opens and verifies."""
    raw, key = raw_for(spec), new_key(spec, usage)
    build = Requests(raw_for, lambda *_: key, public_key, lambda of: key["KeyId"] if of == spec else symmetric_key(of))
    verifying = next(
        name
        for name in ("Decrypt", "Verify", "VerifyMac", "DeriveSharedSecret", "Decapsulate")
        if OPERATIONS[name][0] == usage
    )
    request = build.of(spec, usage, verifying, SPECS[spec][usage][0])
    before = raw(verifying, **request)
    raw("DisableKey", KeyId=key["KeyId"])
    raw("ScheduleKeyDeletion", KeyId=key["KeyId"], PendingWindowInDays=7)
    raw("CancelKeyDeletion", KeyId=key["KeyId"])
    assert raw("DescribeKey", KeyId=key["KeyId"])["KeyMetadata"] == key | {"KeyState": "Disabled", "Enabled": False}
    raw.refused("DisabledException", f"{key['Arn']} is disabled.", verifying, **request)
    raw("EnableKey", KeyId=key["KeyId"])
    assert raw("DescribeKey", KeyId=key["KeyId"])["KeyMetadata"] == key
    assert raw(verifying, **request) == before
