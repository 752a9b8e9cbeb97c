"""Recipient: answers for attested callers alone. Documents are those of the tests' own issuer (support/attestation.py)."""

import base64
import time

import botocore.exceptions
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from conformance.support.attestation import AttestationIssuer, open_ciphertext_for_recipient, recipient_key, spki
from conformance.support.clients import aws_client
from conformance.support.server import Server

CONTEXT = {"purpose": "attested"}
INVALID = "The attestation document is not valid."


@pytest.fixture(scope="module")
def issuer():
    return AttestationIssuer()  # its documents are of now, and good for minutes


@pytest.fixture(scope="module")
def attested(tmp_path_factory, issuer):
    folder = tmp_path_factory.mktemp("attested")
    roots = folder / "roots.pem"
    roots.write_text(issuer.roots_pem())
    with Server(folder / "data", arguments=["--attestation-roots", str(roots)]) as running:
        yield running


@pytest.fixture(scope="module")
def kms(attested):
    return aws_client(attested, "kms")


@pytest.fixture(scope="module")
def key_id(kms):
    return kms.create_key()["KeyMetadata"]["KeyId"]


@pytest.fixture(scope="module")
def enclave():
    return recipient_key()


@pytest.fixture
def recipient(issuer, enclave):
    return {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256", "AttestationDocument": issuer.document(spki(enclave))}


def refusal(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


def test_decrypt(kms, key_id, enclave, recipient):
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"for the enclave", EncryptionContext=CONTEXT)["CiphertextBlob"]
    answer = kms.decrypt(CiphertextBlob=blob, EncryptionContext=CONTEXT, Recipient=recipient)
    assert not answer.get("Plaintext")
    assert "KeyMaterialId" not in answer
    assert answer["KeyId"].endswith(key_id)
    assert open_ciphertext_for_recipient(answer["CiphertextForRecipient"], enclave) == b"for the enclave"


def test_decrypt_of_an_rsa_ciphertext(kms, enclave, recipient):
    rsa = kms.create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]["KeyId"]
    algorithm = {"KeyId": rsa, "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    blob = kms.encrypt(Plaintext=b"rsa", **algorithm)["CiphertextBlob"]
    answer = kms.decrypt(CiphertextBlob=blob, Recipient=recipient, **algorithm)
    assert open_ciphertext_for_recipient(answer["CiphertextForRecipient"], enclave) == b"rsa"


@pytest.mark.parametrize("size", [1, 15, 16, 17, 1024])
def test_generate_random(kms, enclave, recipient, size):
    answer = kms.generate_random(NumberOfBytes=size, Recipient=recipient)
    assert not answer.get("Plaintext")
    assert len(open_ciphertext_for_recipient(answer["CiphertextForRecipient"], enclave)) == size


def test_generate_data_key(kms, key_id, enclave, recipient):
    answer = kms.generate_data_key(KeyId=key_id, KeySpec="AES_256", EncryptionContext=CONTEXT, Recipient=recipient)
    assert not answer.get("Plaintext")
    assert "KeyMaterialId" not in answer
    plaintext = open_ciphertext_for_recipient(answer["CiphertextForRecipient"], enclave)
    assert kms.decrypt(CiphertextBlob=answer["CiphertextBlob"], EncryptionContext=CONTEXT)["Plaintext"] == plaintext


def test_generate_data_key_pair(kms, key_id, enclave, recipient):
    answer = kms.generate_data_key_pair(KeyId=key_id, KeyPairSpec="ECC_NIST_P256", Recipient=recipient)
    assert not answer.get("PrivateKeyPlaintext")
    pkcs8 = open_ciphertext_for_recipient(answer["CiphertextForRecipient"], enclave)
    private = serialization.load_der_private_key(pkcs8, None)
    assert spki(private) == answer["PublicKey"]
    assert kms.decrypt(CiphertextBlob=answer["PrivateKeyCiphertextBlob"])["Plaintext"] == pkcs8


def test_derive_shared_secret(kms, enclave, recipient):
    key = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="KEY_AGREEMENT")["KeyMetadata"]["KeyId"]
    peer = ec.generate_private_key(ec.SECP256R1())
    arguments = {"KeyId": key, "KeyAgreementAlgorithm": "ECDH", "PublicKey": spki(peer)}
    answer = kms.derive_shared_secret(Recipient=recipient, **arguments)
    assert not answer.get("SharedSecret")
    secret = open_ciphertext_for_recipient(answer["CiphertextForRecipient"], enclave)
    assert secret == kms.derive_shared_secret(**arguments)["SharedSecret"]


def test_a_larger_key_of_the_enclave(kms, issuer):
    larger = recipient_key(4096)
    recipient = {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256", "AttestationDocument": issuer.document(spki(larger))}
    answer = kms.generate_random(NumberOfBytes=32, Recipient=recipient)
    assert len(open_ciphertext_for_recipient(answer["CiphertextForRecipient"], larger)) == 32


def wrong_documents(issuer, enclave):
    good = issuer.document(spki(enclave))
    now = time.time()
    yield "another authority's", AttestationIssuer().document(spki(enclave))
    yield "no document", b"\x00"
    yield "cut", good[:-1]
    yield "longer", good + b"\x00"
    yield "signature", good[:-1] + bytes([good[-1] ^ 1])
    yield "payload", good[: len(good) // 2] + bytes([good[len(good) // 2] ^ 1]) + good[len(good) // 2 + 1 :]
    yield "stale", issuer.document(spki(enclave), timestamp=now - 6 * 60)
    yield "early", issuer.document(spki(enclave), timestamp=now + 6 * 60)
    yield "no RSA key", issuer.document(spki(ec.generate_private_key(ec.SECP256R1())))


def test_wrong_documents_are_refused_alike_guess(kms, key_id, issuer, enclave):
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    for what, document in wrong_documents(issuer, enclave):
        recipient = {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256", "AttestationDocument": document}
        assert refusal(kms.decrypt, CiphertextBlob=blob, Recipient=recipient) == ("ValidationException", INVALID), what
        assert refusal(kms.generate_random, NumberOfBytes=1, Recipient=recipient)[1] == INVALID, what


def test_both_members_are_needed_guess(kms, issuer, enclave):
    document = issuer.document(spki(enclave))
    for recipient in ({}, {"AttestationDocument": document}, {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256"}):
        assert refusal(kms.generate_random, NumberOfBytes=1, Recipient=recipient)[0] == "ValidationException"


def test_a_dry_run_verifies_the_document_guess(kms, key_id, recipient):
    arguments = {"KeyId": key_id, "KeySpec": "AES_256", "DryRun": True}
    assert refusal(kms.generate_data_key, Recipient=recipient, **arguments)[0] == "DryRunOperationException"
    wrong = {**recipient, "AttestationDocument": b"\x00"}
    assert refusal(kms.generate_data_key, Recipient=wrong, **arguments) == ("ValidationException", INVALID)


def test_without_roots_every_document_is_refused(server, recipient):
    assert refusal(aws_client(server, "kms").generate_random, NumberOfBytes=1, Recipient=recipient) == ("ValidationException", INVALID)


def test_the_operator_is_told_why_and_the_document_is_not_logged(attested, kms, issuer, enclave):
    document = issuer.document(spki(enclave), timestamp=1)
    recipient = {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256", "AttestationDocument": document}
    refusal(kms.generate_random, NumberOfBytes=1, Recipient=recipient)
    log = attested.log.read_text(errors="replace")
    assert "an attestation document is refused" in log
    assert base64.b64encode(document).decode()[:64] not in log


def test_a_file_that_is_no_roots_keeps_the_server_from_starting(tmp_path):
    roots = tmp_path / "roots.pem"
    for content in (b"", b"no certificate\n"):
        roots.write_bytes(content)
        with pytest.raises(AssertionError, match="roots.pem"):
            Server(tmp_path / "data", arguments=["--attestation-roots", str(roots)]).start()
