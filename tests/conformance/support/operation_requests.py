"""Requests of the operation table's cells: nothing but what the cell is about is wrong with them."""

from conformance.support.key_specs import AGREE, ENCRYPT, NIST_CURVES, SPECS
from conformance.support.operation_table import DESTINATION, OMITTED, SOURCE, outcome

MESSAGE = bytes(range(64))  # as long as the one digest that has to be one


class Requests:
    """`raw_for(spec)` calls the operations; `shared_key(spec, usage)` and `public_key(spec, usage)` give the cell's key;
    `symmetric_key(spec)`: the id of a symmetric key in the same Region, the cell's own if that is symmetric."""

    def __init__(self, raw_for, shared_key, public_key, symmetric_key):
        self.raw_for, self.shared_key = raw_for, shared_key
        self.public_key, self.symmetric_key = public_key, symmetric_key

    def of(self, spec, usage, operation, algorithm):
        build = {SOURCE: self._re_encrypt_from, DESTINATION: self._re_encrypt_to}.get(operation)
        if build is None:
            build = getattr(self, f"_{operation}", self._data_key)
        return build(spec, usage, operation, algorithm)

    def _key(self, spec, usage):
        return {"KeyId": self.shared_key(spec, usage)["KeyId"]}

    def _works(self, *cell):
        return outcome(*cell).succeeds()

    def _symmetric_blob(self, spec):
        return self.raw_for(spec)("Encrypt", KeyId=self.symmetric_key(spec), Plaintext=MESSAGE)["CiphertextBlob"]

    def _ciphertext(self, spec, usage, algorithm):
        """The key's own where it can make one with the algorithm; one of RSA's form where nothing can."""
        if algorithm in (OMITTED, "SYMMETRIC_DEFAULT") or spec == "SYMMETRIC_DEFAULT":
            return self._symmetric_blob(spec)
        if usage != ENCRYPT or algorithm not in SPECS[spec][usage]:
            return bytes(256)
        how = {"Plaintext": MESSAGE, "EncryptionAlgorithm": algorithm}
        return self.raw_for(spec)("Encrypt", **self._key(spec, usage), **how)["CiphertextBlob"]

    def _Encrypt(self, spec, usage, _, algorithm):
        return self._key(spec, usage) | {"Plaintext": MESSAGE} | _chosen("EncryptionAlgorithm", algorithm)

    def _Decrypt(self, spec, usage, _, algorithm):
        blob = {"CiphertextBlob": self._ciphertext(spec, usage, algorithm)}
        return self._key(spec, usage) | blob | _chosen("EncryptionAlgorithm", algorithm)

    def _re_encrypt_from(self, spec, usage, _, algorithm):
        return {
            "CiphertextBlob": self._ciphertext(spec, usage, algorithm),
            "SourceKeyId": self._key(spec, usage)["KeyId"],
            "DestinationKeyId": self.symmetric_key(spec),
        } | _chosen("SourceEncryptionAlgorithm", algorithm)

    def _re_encrypt_to(self, spec, usage, _, algorithm):
        return {
            "CiphertextBlob": self._symmetric_blob(spec),
            "DestinationKeyId": self._key(spec, usage)["KeyId"],
        } | _chosen("DestinationEncryptionAlgorithm", algorithm)

    def _data_key(self, spec, usage, operation, _):
        what = {"KeyPairSpec": "ECC_NIST_P256"} if "Pair" in operation else {"KeySpec": "AES_256"}
        return self._key(spec, usage) | what

    def _Sign(self, spec, usage, _, algorithm):
        kind = "DIGEST" if algorithm == "ED25519_PH_SHA_512" else "RAW"
        return self._key(spec, usage) | {"Message": MESSAGE, "MessageType": kind, "SigningAlgorithm": algorithm}

    def _Verify(self, spec, usage, operation, algorithm):
        request, signature = self._Sign(spec, usage, operation, algorithm), bytes(64)
        if self._works(spec, usage, operation, algorithm):
            signature = self.raw_for(spec)("Sign", **request)["Signature"]
        return request | {"Signature": signature}

    def _GenerateMac(self, spec, usage, _, algorithm):
        return self._key(spec, usage) | {"Message": MESSAGE, "MacAlgorithm": algorithm}

    def _VerifyMac(self, spec, usage, operation, algorithm):
        request, mac = self._GenerateMac(spec, usage, operation, algorithm), bytes(32)
        if self._works(spec, usage, operation, algorithm):
            mac = self.raw_for(spec)("GenerateMac", **request)["Mac"]
        return request | {"Mac": mac}

    def _DeriveSharedSecret(self, spec, usage, operation, algorithm):
        works = self._works(spec, usage, operation, algorithm)
        peer = self.public_key(spec, usage) if works else self.public_key(NIST_CURVES[0], AGREE)
        return self._key(spec, usage) | {"PublicKey": peer, "KeyAgreementAlgorithm": algorithm}

    def _Encapsulate(self, spec, usage, _, algorithm):
        return self._key(spec, usage) | {"EncapsulationAlgorithm": algorithm}

    def _Decapsulate(self, spec, usage, operation, algorithm):
        request, blob = self._Encapsulate(spec, usage, operation, algorithm), bytes(768)
        if self._works(spec, usage, operation, algorithm):
            blob = self.raw_for(spec)("Encapsulate", **request)["SharedSecretCiphertextBlob"]
        return request | {"SharedSecretCiphertextBlob": blob}

    def _GetPublicKey(self, spec, usage, *_):
        return self._key(spec, usage)


def _chosen(member, algorithm):
    return {} if algorithm is OMITTED else {member: algorithm}
