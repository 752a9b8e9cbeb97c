"""The benchmark's own signer against botocore's."""

import calendar
import json
import sys
import time
from pathlib import Path

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench" / "load"))
import make_requests as make  # noqa: E402

HOST = "127.0.0.1:4599"


@pytest.mark.parametrize("service", ["kms", "ssm"])
def test_signature_is_botocores(service):
    now = calendar.timegm((2026, 2, 3, 4, 5, 6))
    body = next(make.encrypt_bodies("arn:aws:kms:us-east-1:000000000000:key/x", 1))
    raw = make.Signer(make.Target(HOST, service=service), now).sign("Encrypt", body)
    head, _, sent = raw.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines[1:])
    assert lines[0] == "POST / HTTP/1.1" and sent == body

    authorization = headers.pop("Authorization")
    signed = authorization.split("SignedHeaders=")[1].split(",")[0].split(";")
    request = AWSRequest(
        "POST", f"http://{HOST}/", data=body, headers={name: value for name, value in headers.items() if name.lower() in signed}
    )
    auth = SigV4Auth(Credentials("test", "test"), service, "us-east-1")
    request.context["timestamp"] = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    expected = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    assert authorization.endswith(f"Signature={expected}")
    assert int(headers["Content-Length"]) == len(body)


def test_requests_are_distinct_and_shaped_as_stated(tmp_path):
    signer = make.Signer(make.Target(HOST))
    arn = "arn:aws:kms:us-east-1:000000000000:key/00000000-0000-4000-8000-000000000000"
    bodies = list(make.encrypt_bodies(arn, 100))
    assert len(set(bodies)) == 100
    requests = [signer.sign("Encrypt", body) for body in bodies]
    make.write_messages(tmp_path / "requests", requests)
    assert list(make.read_messages(tmp_path / "requests")) == requests
    assert all(760 <= len(request) - len(body) <= 880 for request, body in zip(requests, bodies))
    assert all(190 <= len(body) <= 235 for body in bodies)
    assert set(json.loads(bodies[0])) == {"KeyId", "Plaintext", "EncryptionContext"}
