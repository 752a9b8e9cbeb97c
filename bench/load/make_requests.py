"""Signed requests of KMS and SSM as raw HTTP/1.1, for the load client: as many distinct ones as wanted, shaped like those of the Go SDK
(about 800 bytes of head, 210 of body). Signs by itself, with the signing key computed once: botocore takes 30 times as long.
tests/tools/test_make_requests.py holds the signatures against botocore's.
"""

import base64
import hashlib
import hmac
import json
import os
import struct
import time
import uuid
from dataclasses import dataclass

SIGNED_HEADERS = "amz-sdk-invocation-id;amz-sdk-request;content-length;content-type;host;x-amz-date;x-amz-target"
SIGNED_WITH_TOKEN = SIGNED_HEADERS.replace("x-amz-date;", "x-amz-date;x-amz-security-token;")
USER_AGENT = (
    "aws-sdk-go-v2/1.32.2 ua/2.1 os/linux lang/go#1.23.2 md/GOOS#linux md/GOARCH#amd64 exec-env/AWS_ECS_FARGATE "
    "api/kms#1.37.2 m/E,g app/payments-backend"
)
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@dataclass(frozen=True)
class Target:
    host: str  # with the port
    region: str = "us-east-1"
    access_key: str = "test"
    secret_key: str = "test"
    session_token: str = ""
    service: str = "kms"


TARGETS = {"kms": "TrentService", "ssm": "AmazonSSM"}


def _hmac(key, text):
    return hmac.digest(key, text.encode(), "sha256")


class Signer:
    def __init__(self, target, now=None):
        self.target = target
        self.amz_date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
        self.scope = f"{self.amz_date[:8]}/{target.region}/{target.service}/aws4_request"
        key = b"AWS4" + target.secret_key.encode()
        for part in self.scope.split("/"):
            key = _hmac(key, part)
        self.key = key

    def sign(self, operation, body, invocation=None):
        """One whole request: `body` (bytes) to `operation`."""
        invocation = invocation or str(uuid.UUID(bytes=os.urandom(16), version=4))
        t = self.target
        signed_headers = SIGNED_WITH_TOKEN if t.session_token else SIGNED_HEADERS
        token = f"x-amz-security-token:{t.session_token}\n" if t.session_token else ""
        token_field = f"X-Amz-Security-Token: {t.session_token}\r\n" if t.session_token else ""
        canonical = (
            f"POST\n/\n\namz-sdk-invocation-id:{invocation}\namz-sdk-request:attempt=1; max=3\ncontent-length:{len(body)}\n"
            f"content-type:application/x-amz-json-1.1\nhost:{t.host}\nx-amz-date:{self.amz_date}\n"
            f"{token}x-amz-target:{TARGETS[t.service]}.{operation}\n\n{signed_headers}\n{hashlib.sha256(body).hexdigest()}"
        )
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        signature = _hmac(self.key, f"AWS4-HMAC-SHA256\n{self.amz_date}\n{self.scope}\n{digest}").hex()
        head = (
            f"POST / HTTP/1.1\r\nHost: {t.host}\r\nUser-Agent: {USER_AGENT}\r\nContent-Length: {len(body)}\r\n"
            f"Amz-Sdk-Invocation-Id: {invocation}\r\nAmz-Sdk-Request: attempt=1; max=3\r\n"
            f"Authorization: AWS4-HMAC-SHA256 Credential={t.access_key}/{self.scope}, SignedHeaders={signed_headers}, "
            f"Signature={signature}\r\nContent-Type: application/x-amz-json-1.1\r\nX-Amz-Date: {self.amz_date}\r\n"
            f"{token_field}X-Amz-Target: {TARGETS[t.service]}.{operation}\r\nAccept-Encoding: gzip\r\nTraceparent: {TRACE}\r\n\r\n"
        )
        return head.encode() + body


def _body(**members):
    return json.dumps(members, separators=(",", ":")).encode()


def _context():
    return {"purpose": "benchmark", "tenant": os.urandom(8).hex()}


CONTEXT = {"purpose": "benchmark", "tenant": "0001"}


def encrypt_bodies(key_arn, count):
    for _ in range(count):
        yield _body(KeyId=key_arn, Plaintext=base64.b64encode(os.urandom(32)).decode(), EncryptionContext=CONTEXT)


def decrypt_bodies(ciphertexts):
    for ciphertext in ciphertexts:
        yield _body(CiphertextBlob=ciphertext, EncryptionContext=CONTEXT)


def data_key_bodies(key_arn, count):
    for _ in range(count):
        yield _body(KeyId=key_arn, KeySpec="AES_256", EncryptionContext=_context())


def get_parameter_bodies(name, count):
    for _ in range(count):
        yield _body(Name=name, WithDecryption=True)


def by_path_bodies(path, count, decrypted=True):
    for _ in range(count):
        yield _body(Path=path, WithDecryption=decrypted)


def create_key_bodies(count):
    for index in range(count):
        yield _body(Description=f"benchmark {index} {os.urandom(8).hex()}")


def write_messages(path, messages):
    with open(path, "wb") as out:
        for message in messages:
            out.write(struct.pack("<I", len(message)))
            out.write(message)


def read_messages(path):
    with open(path, "rb") as file:
        while prefix := file.read(4):
            (length,) = struct.unpack("<I", prefix)
            yield file.read(length)
