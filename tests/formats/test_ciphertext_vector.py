"""The worked example of docs/ciphertext-format.md, recomputed from the document's own inputs with another library's primitives."""

import hashlib
import hmac
import re
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.kbkdf import KBKDFHMAC, CounterLocation, Mode

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/ciphertext-format.md"
LABEL = b"kagimori/sym/1"
NONCE = bytes(12)
HEADER, COMMITMENT, TAG = 88, 32, 16


def read_vector(text):
    """The lines `name: hex` of the document's one ```text block after "## Test vector"; a value may go on in indented lines."""
    block = re.search(r"^## Test vector$.*?^```text$(.*?)^```$", text, re.MULTILINE | re.DOTALL)[1]
    vector, name = {}, None
    for line in block.strip("\n").split("\n"):
        if not line.startswith(" "):
            name, _, line = line.partition(":")
            assert name not in vector, name
            vector[name] = ""
        vector[name] += line.strip()
    return {name: bytes.fromhex(value) for name, value in vector.items()}


def prefixed(length_bytes, *parts):
    return b"".join(len(part).to_bytes(length_bytes, "big") + part for part in parts)


def canonical(pairs):
    texts = [(key.encode(), value.encode()) for key, value in pairs.items()]
    return len(texts).to_bytes(4, "big") + b"".join(prefixed(4, key, value) for key, value in sorted(texts))


def derive(material, header):
    kdf = KBKDFHMAC(algorithm=hashes.SHA256(), mode=Mode.CounterMode, length=64, rlen=4, llen=4,
                    location=CounterLocation.BeforeFixed, label=LABEL, context=header, fixed=None)
    derived = kdf.derive(material)
    return derived[:32], derived[32:]


def open_blob(blob, material, context):
    """As a reader does it. None: refused."""
    header, commitment, sealed = blob[:HEADER], blob[HEADER:HEADER + COMMITMENT], blob[HEADER + COMMITMENT:]
    key, expected = derive(material, header)
    if not hmac.compare_digest(expected, commitment):
        return None
    try:
        return AESGCM(key).decrypt(NONCE, sealed, header + commitment + context)
    except InvalidTag:
        return None


@pytest.fixture(scope="module")
def text():
    return DOCUMENT.read_text()


@pytest.fixture(scope="module")
def vector(text):
    return read_vector(text)


def test_context_is_the_documents_pairs(text, vector):
    pairs = {"purpose": "test vector", "a": "bc", "名": "鍵"}
    assert "{" + ", ".join(f'"{key}": "{value}"' for key, value in pairs.items()) + "}" in text
    assert canonical(pairs) == vector["context"]


def test_pairs_that_read_alike_differ():
    assert canonical({"a": "bc"}) != canonical({"ab": "c"})
    assert canonical({"a": "b", "c": "d"}) == canonical({"c": "d", "a": "b"})
    assert canonical({}) == bytes(4)


def test_salt_is_hedged(vector):
    message = prefixed(8, vector["material id"], vector["context"], vector["plaintext"])
    assert hmac.new(vector["randomness"], message, hashlib.sha256).digest() == vector["salt"]


def test_header(text, vector):
    assert vector["account"] == (111122223333).to_bytes(6, "big") and "111122223333" in text
    header = (vector["version"] + vector["account"] + vector["kind"] + vector["key id"] + vector["material id"]
              + vector["salt"])
    assert len(header) == HEADER
    assert header == vector["blob"][:HEADER]


def test_derivation_is_two_hmacs(vector):
    header = vector["blob"][:HEADER]
    blocks = [hmac.new(vector["material"], counter.to_bytes(4, "big") + LABEL + b"\0" + header + (512).to_bytes(4, "big"),
                       hashlib.sha256).digest() for counter in (1, 2)]
    assert tuple(blocks) == derive(vector["material"], header)
    assert blocks == [vector["message key"], vector["commitment"]]


def test_blob(vector):
    header = vector["blob"][:HEADER]
    associated = header + vector["commitment"] + vector["context"]
    sealed = AESGCM(vector["message key"]).encrypt(NONCE, vector["plaintext"], associated)
    assert sealed == vector["ciphertext"] + vector["tag"]
    assert vector["blob"] == header + vector["commitment"] + sealed
    assert len(vector["blob"]) == HEADER + COMMITMENT + len(vector["plaintext"]) + TAG


def test_blob_opens(vector):
    assert open_blob(vector["blob"], vector["material"], vector["context"]) == vector["plaintext"]
    assert open_blob(vector["blob"], vector["material"], canonical({})) is None


def test_every_bit_counts(vector):
    for at in range(len(vector["blob"]) * 8):
        changed = bytearray(vector["blob"])
        changed[at // 8] ^= 1 << at % 8
        assert open_blob(bytes(changed), vector["material"], vector["context"]) is None, at


def test_byte_table_is_without_gaps(text):
    """offset | bytes | what: every offset is the end of the row before."""
    table = text.split("## Layout", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| (\d+|120 \+ n) \| (\d+|n) \|", table, re.MULTILINE)
    assert len(rows) == 9
    at = 0
    for offset, size in rows[:-2]:
        assert int(offset) == at
        at += int(size)
    assert at == HEADER + COMMITMENT
    assert rows[-2] == ("120", "n") and rows[-1] == ("120 + n", str(TAG))
