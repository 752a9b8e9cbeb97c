"""Nothing secret and no ciphertext is in the audit log, the program's log or anywhere else in the data folder."""

import base64
import os
import uuid

import pytest

from conformance.support.clients import aws_client
from conformance.support.server import Server
from conformance.support.wire import call


def forms(secret):
    """A secret as it might be written: itself, base64 at each alignment, hexadecimal; whole or a piece of it."""
    for piece in (secret[:16], secret[-16:]):
        yield piece
        yield piece.hex().encode()
        yield piece.hex().upper().encode()
        for shift in range(3):
            yield base64.b64encode(bytes(shift) + piece)[4:20]


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory):
    """What passed through a server, and the bytes of all files it left."""
    server = Server(tmp_path_factory.mktemp("secrecy") / "data")
    with server:
        kms = aws_client(server, "kms")
        key_id = kms.create_key()["KeyMetadata"]["KeyId"]
        secrets = {"plaintext": os.urandom(64), "text": f"my secret is {uuid.uuid4()}".encode()}
        ciphertexts = {}
        context = {"visible": f"context-{uuid.uuid4()}"}
        for name, secret in list(secrets.items()):
            blob = kms.encrypt(KeyId=key_id, Plaintext=secret, EncryptionContext=context)["CiphertextBlob"]
            ciphertexts[name] = blob
            assert kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)["Plaintext"] == secret
            how = {"SourceEncryptionContext": context, "DestinationKeyId": key_id}
            ciphertexts[name + " again"] = kms.re_encrypt(CiphertextBlob=blob, **how)["CiphertextBlob"]
        data_key = kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")
        secrets["data key"], ciphertexts["data key"] = data_key["Plaintext"], data_key["CiphertextBlob"]
        secrets["random"] = kms.generate_random(NumberOfBytes=64)["Plaintext"]
        # In every kind of error, too.
        secrets["refused"] = os.urandom(48)
        shown = base64.b64encode(secrets["refused"]).decode()
        for body in (
            {"KeyId": "foo", "Plaintext": shown},
            {"KeyId": key_id, "Plaintext": shown[:-1]},
            {"KeyId": key_id, "Plaintext": shown + "!!!!"},
            {"KeyId": key_id, "Plaintext": [shown]},
            {"KeyId": key_id, "Plaintext": shown, "EncryptionAlgorithm": "ROT13"},
            {"KeyId": key_id, "Plaintext": shown * 200},
        ):
            assert call(server, "Encrypt", body).status == 400
        for blob in ciphertexts.values():
            damaged = base64.b64encode(blob[:-1] + bytes([blob[-1] ^ 1])).decode()
            assert call(server, "Decrypt", {"CiphertextBlob": damaged}).status == 400
    files = {
        path: path.read_bytes()
        for path in [server.log, *server.data.rglob("*")]
        if path.is_file() and not path.is_symlink()
    }
    return secrets, ciphertexts, context, files


def test_the_search_finds_what_is_there(aftermath):
    """The encryption context is public and must be in the log; else this file would prove nothing."""
    _, _, context, files = aftermath
    audit = [data for path, data in files.items() if path.name.startswith("audit-") and path.suffix == ".jsonl"]
    assert any(context["visible"].encode() in data for data in audit)
    encoded = base64.b64encode(b"xx" + os.urandom(0) + b"needle-needle-needle")
    assert any(form in encoded for form in forms(b"needle-needle-needle"))


def test_no_secret_is_in_any_file(aftermath):
    secrets, _, _, files = aftermath
    found = [
        (name, str(path))
        for name, secret in secrets.items()
        for path, data in files.items()
        if any(f in data for f in forms(secret))
    ]
    assert found == []


def test_no_ciphertext_is_in_any_file(aftermath):
    _, ciphertexts, _, files = aftermath
    # The end of a ciphertext: its beginning names the key, which is no secret.
    found = [
        (name, str(path))
        for name, blob in ciphertexts.items()
        for path, data in files.items()
        if any(form in data for form in forms(blob[-32:]))
    ]
    assert found == []


def test_no_credential_is_in_the_log(aftermath):
    _, _, _, files = aftermath
    for path, data in files.items():
        if path.suffix in (".jsonl", ".log"):
            assert b"Signature=" not in data and b"AWS4-HMAC" not in data
