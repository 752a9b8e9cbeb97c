"""KMS as plain JSON: for what boto3's model lacks (ML-KEM), and for answers that must have exactly their members."""

import base64

import pytest

from conformance.support.server import REGION
from conformance.support.wire import Signer, call

_BLOBS = {
    "CiphertextBlob",
    "Mac",
    "Message",
    "Plaintext",
    "PrivateKeyCiphertextBlob",
    "PrivateKeyPlaintext",
    "PublicKey",
    "SharedSecret",
    "SharedSecretCiphertextBlob",
    "Signature",
}


class Refused(Exception):
    def __init__(self, status, code, text):
        super().__init__(f"{status} {code}: {text}")
        self.status, self.code, self.text = status, code, text


class RawKms:
    def __init__(self, server, region=REGION):
        self.server, self.region = server, region

    def __call__(self, operation, **members):
        """The answer's members, blobs as bytes. Bytes among the request's members go as base64."""
        body = {
            name: base64.b64encode(value).decode() if isinstance(value, bytes) else value
            for name, value in members.items()
        }
        answer = call(self.server, operation, body, signer=Signer(region=self.region))
        if answer.status != 200:
            raise Refused(*answer.error())
        return {
            name: base64.b64decode(value, validate=True) if name in _BLOBS else value
            for name, value in (answer.json() if answer.body else {}).items()
        }

    def refused(self, code, text, operation, **members):
        """Must be refused with exactly this code and text; "" is no text at all."""
        with pytest.raises(Refused) as caught:
            self(operation, **members)
        assert (caught.value.status, caught.value.code, caught.value.text) == (400, code, text)
