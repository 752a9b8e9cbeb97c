"""The encryption context: the same set of pairs on both sides, or the ciphertext is invalid."""

import itertools
import json

import pytest

from conformance.support.clients import refused
from conformance.support.wire import call

UNICODE = {"ключ": "значение", "🔑": "漢字", "é": "e\u0301", "e\u0301": "é", "nul\u0000": "\u0000", '"\\': "\n\t"}


@pytest.fixture
def sealed(kms, key):
    def encrypt(context):
        return kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text", EncryptionContext=context)["CiphertextBlob"]

    return encrypt


@pytest.mark.parametrize(
    "context", [{"a": "b"}, {"": ""}, {"a": ""}, {"aws:x": "y"}, UNICODE, {str(i): str(-i) for i in range(300)}]
)
def test_the_same_context_opens(kms, sealed, context):
    blob = sealed(context)
    assert kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)["Plaintext"] == b"text"
    refused("InvalidCiphertextException", "", kms.decrypt, CiphertextBlob=blob)


def test_order_does_not_matter(kms, sealed):
    pairs = [("b", "1"), ("a", "2"), ("c", "3"), ("aa", "4")]
    blob = sealed(dict(pairs))
    for order in itertools.permutations(pairs):
        assert kms.decrypt(CiphertextBlob=blob, EncryptionContext=dict(order))["Plaintext"] == b"text"


MISMATCHES = [
    ({"a": "b"}, {}),
    ({}, {"a": "b"}),
    ({"a": "b"}, {"a": "B"}),
    ({"a": "b"}, {"A": "b"}),
    ({"a": "b"}, {"b": "a"}),
    ({"a": "b"}, {"a": "b", "c": "d"}),
    ({"a": "b", "c": "d"}, {"a": "b"}),
    ({"a": "bc"}, {"ab": "c"}),
    ({"a": "b", "c": "d"}, {"a": "bcd"}),
    ({"a": "b", "c": "d"}, {"a": "d", "c": "b"}),
    ({"a": "b"}, {"a": "b "}),
    ({"a": ""}, {}),
    ({"": ""}, {}),
    ({"é": "x"}, {"e\u0301": "x"}),  # no normalization
    ({"a\u0000b": "c"}, {"a": "b\u0000c"}),
]


@pytest.mark.parametrize(("sealed_with", "opened_with"), MISMATCHES)
def test_another_context_does_not_open(kms, key, sealed, sealed_with, opened_with):
    blob = sealed(sealed_with)
    refused("InvalidCiphertextException", "", kms.decrypt, CiphertextBlob=blob, EncryptionContext=opened_with)
    how = {"KeyId": key["KeyId"], "EncryptionContext": opened_with}
    refused("InvalidCiphertextException", "", kms.decrypt, CiphertextBlob=blob, **how)
    assert kms.decrypt(CiphertextBlob=blob, EncryptionContext=sealed_with)["Plaintext"] == b"text"


def test_guess_empty_equals_absent(server, kms, key, sealed):
    absent = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"text")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=absent, EncryptionContext={})["Plaintext"] == b"text"
    assert kms.decrypt(CiphertextBlob=sealed({}))["Plaintext"] == b"text"
    raw = {"KeyId": key["KeyId"], "Plaintext": "dGV4dA==", "EncryptionContext": None}
    blob = call(server, "Encrypt", raw).json()["CiphertextBlob"]
    assert call(server, "Decrypt", {"CiphertextBlob": blob, "EncryptionContext": {}}).json()["Plaintext"] == "dGV4dA=="


def test_escapes_in_the_json_text_do_not_matter(server, key):
    plain = '{"KeyId":"%s","Plaintext":"dGV4dA==","EncryptionContext":{"a/é🔑":"ü"}}' % key["KeyId"]
    blob = call(server, "Encrypt", plain.encode()).json()["CiphertextBlob"]
    escaped = r'{"CiphertextBlob":"%s","EncryptionContext":{"\u0061\/\u00e9\ud83d\udd11":"\u00FC"}}' % blob
    assert call(server, "Decrypt", escaped.encode()).json()["Plaintext"] == "dGV4dA=="


def test_guess_of_a_name_that_comes_twice_the_last_counts_or_it_is_refused(server, key):
    body = '{"KeyId":"%s","Plaintext":"dGV4dA==","EncryptionContext":{"a":"1","a":"2"}}' % key["KeyId"]
    answer = call(server, "Encrypt", body.encode())
    if answer.status == 200:
        blob = answer.json()["CiphertextBlob"]
        opened = call(server, "Decrypt", {"CiphertextBlob": blob, "EncryptionContext": {"a": "2"}})
        assert opened.status == 200
    else:
        assert answer.error()[1] == "SerializationException"


# The model has strings only.
def test_guess_values_that_are_no_strings_are_refused(server, key):
    for value in (1, True, [], {}):
        body = {"KeyId": key["KeyId"], "Plaintext": "dGV4dA==", "EncryptionContext": {"a": value}}
        assert call(server, "Encrypt", json.dumps(body).encode()).error()[:2] == (400, "SerializationException")


def test_data_keys_are_bound_too(kms, key):
    for operation in (kms.generate_data_key, kms.generate_data_key_without_plaintext):
        blob = operation(KeyId=key["KeyId"], KeySpec="AES_128", EncryptionContext={"a": "b"})["CiphertextBlob"]
        refused("InvalidCiphertextException", "", kms.decrypt, CiphertextBlob=blob)
        assert len(kms.decrypt(CiphertextBlob=blob, EncryptionContext={"a": "b"})["Plaintext"]) == 16
