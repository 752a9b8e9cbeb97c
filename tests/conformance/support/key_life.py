"""Rotations and imports as tests make them: material wrapped by the Python `cryptography` package, and waiting for what
the server does by itself."""

import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.keywrap import aes_key_wrap_with_padding
from cryptography.hazmat.primitives.serialization import load_der_public_key

_HASHES = {"SHA_1": hashes.SHA1, "SHA_256": hashes.SHA256}


def _oaep(public_key, algorithm, plaintext):
    digest = next(made for name, made in _HASHES.items() if algorithm.endswith(name))
    return public_key.encrypt(plaintext, padding.OAEP(padding.MGF1(digest()), digest(), None))


def wrap(public_key, algorithm, material):
    """EncryptedKeyMaterial. `public_key`: DER, as GetParametersForImport gives it."""
    key = load_der_public_key(public_key)
    if algorithm.startswith("RSAES_OAEP"):
        return _oaep(key, algorithm, material)
    aes_key = bytes(range(32))
    return _oaep(key, algorithm, aes_key) + aes_key_wrap_with_padding(aes_key, material)


def parameters(kms, key_id, algorithm="RSAES_OAEP_SHA_256", spec="RSA_2048"):
    return kms.get_parameters_for_import(KeyId=key_id, WrappingAlgorithm=algorithm, WrappingKeySpec=spec)


def wrapped(kms, key_id, material, algorithm="RSAES_OAEP_SHA_256", spec="RSA_2048"):
    """What ImportKeyMaterial takes of a material."""
    given = parameters(kms, key_id, algorithm, spec)
    return {
        "KeyId": key_id,
        "ImportToken": given["ImportToken"],
        "EncryptedKeyMaterial": wrap(given["PublicKey"], algorithm, material),
    }


def import_material(kms, key_id, material, *, algorithm="RSAES_OAEP_SHA_256", spec="RSA_2048", **members):
    if "ValidTo" not in members:
        members.setdefault("ExpirationModel", "KEY_MATERIAL_DOES_NOT_EXPIRE")
    return kms.import_key_material(**wrapped(kms, key_id, material, algorithm, spec), **members)


def current_id(kms, key_id):
    return kms.describe_key(KeyId=key_id)["KeyMetadata"].get("CurrentKeyMaterialId")


def wait_for_rotation(kms, key_id):
    """Until a rotation on demand is done."""
    deadline = time.monotonic() + 30
    while "OnDemandRotationStartDate" in kms.get_key_rotation_status(KeyId=key_id):
        assert time.monotonic() < deadline, "a rotation on demand that does not end"
        time.sleep(0.05)


def rotate(kms, key_id):
    kms.rotate_key_on_demand(KeyId=key_id)
    wait_for_rotation(kms, key_id)
    return current_id(kms, key_id)
