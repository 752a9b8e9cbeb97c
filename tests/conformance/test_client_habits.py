"""What real clients send and need: header sets, letter cases, order of fields."""

import base64
import calendar
import json
import shutil
import subprocess
from email.utils import formatdate
from time import strptime

import pytest

from conformance.support.wire import JSON, Connection, Signer, basic_time, call, encode, exchange, kms_request


def request_with(server, fields, signed, body=b"{}"):
    authorization = Signer().authorization("POST", "/", "", fields, signed, body, dict(fields)["X-Amz-Date"])
    return encode("POST", "/", [*fields, ("Authorization", authorization)], body)


def base(server, body=b"{}"):
    return [
        ("Host", f"127.0.0.1:{server.port}"),
        ("Content-Type", JSON),
        ("X-Amz-Target", "TrentService.ListKeys"),
        ("X-Amz-Date", basic_time()),
        ("Content-Length", str(len(body))),
    ]


CLIENTS = {
    "aws CLI v1": ([], "content-type;host;x-amz-date;x-amz-target"),
    "Go": (
        [
            ("amz-sdk-invocation-id", "8a5f7f3e"),
            ("amz-sdk-request", "attempt=1; max=3"),
            ("Accept-Encoding", "identity"),
            ("User-Agent", "aws-sdk-go-v2/1"),
        ],
        "amz-sdk-invocation-id;amz-sdk-request;content-length;content-type;host;x-amz-date;x-amz-target",
    ),
    "JavaScript": (
        [
            ("x-amz-content-sha256", "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"),
            ("x-amz-user-agent", "aws-sdk-js/3"),
        ],
        "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-target;x-amz-user-agent",
    ),
    "a proxy's unsigned fields": (
        [("X-Forwarded-For", "10.0.0.1"), ("X-Amzn-Trace-Id", "Root=1")],
        "content-type;host;x-amz-date;x-amz-target",
    ),
    "white space within a value": (
        [("x-amz-meta", "  a   b \t c  ")],
        "content-type;host;x-amz-date;x-amz-meta;x-amz-target",
    ),
    "a field twice": (
        [("x-amz-meta", "b"), ("x-amz-meta", "a")],
        "content-type;host;x-amz-date;x-amz-meta;x-amz-target",
    ),
    "an empty value": ([("x-amz-meta", "")], "content-type;host;x-amz-date;x-amz-meta;x-amz-target"),
}


@pytest.mark.parametrize("client", CLIENTS)
def test_header_sets(server, client):
    more, signed = CLIENTS[client]
    assert exchange(server, request_with(server, base(server) + more, signed.split(";"))).status == 200


# Old versions of curl do not sign it. Whether AWS takes such a request is not known; the target decides what is done.
def test_guess_a_request_that_does_not_sign_its_target_is_refused(server):
    assert exchange(server, request_with(server, base(server), ["content-type", "host", "x-amz-date"])).status == 400


def test_libmongocrypt(server, key):
    """No space behind colons, a Host without the port, Connection: close, no User-Agent; Content-Length in this case."""
    body = json.dumps({"KeyId": key["KeyId"], "Plaintext": "dGV4dA=="}).encode()
    request = kms_request(server, "Encrypt", body, host="127.0.0.1", extra=[("Connection", "close")])
    head, _, rest = request.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    head = b"\r\n".join([first, *(line.replace(b": ", b":", 1) for line in lines)])
    with Connection(server) as connection:
        connection.send(head + b"\r\n\r\n" + rest)
        answer = connection.response()
        assert answer.status == 200 and "CiphertextBlob" in answer.json()
        assert any(name == "Content-Length" for name, _ in answer.headers)
        assert connection.closed()


@pytest.mark.parametrize("change", [str.lower, str.upper])
def test_letter_case_of_names_does_not_matter(server, change):
    fields = base(server)
    request = request_with(server, fields, ["content-type", "host", "x-amz-date", "x-amz-target"]).decode()
    head, _, body = request.partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    lines = [change(line.split(": ", 1)[0]) + ": " + line.split(": ", 1)[1] for line in lines]
    assert exchange(server, ("\r\n".join([first, *lines]) + "\r\n\r\n" + body).encode()).status == 200


def test_the_http_date_instead_of_x_amz_date(server):
    time = basic_time()
    seconds = calendar.timegm(strptime(time, "%Y%m%dT%H%M%SZ"))
    fields = [field for field in base(server) if field[0] != "X-Amz-Date"]
    fields.append(("Date", formatdate(seconds, usegmt=True)))
    signed = ["content-type", "date", "host", "x-amz-target"]
    authorization = Signer().authorization("POST", "/", "", fields, signed, b"{}", time)
    assert exchange(server, encode("POST", "/", [*fields, ("Authorization", authorization)], b"{}")).status == 200


def test_the_kubernetes_provider(server, kms, key):
    """aws-encryption-provider tells a lost key from a passing failure by these words."""
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"foo")["CiphertextBlob"]
    body = {"CiphertextBlob": base64.b64encode(blob).decode()}
    answer = call(server, "Decrypt", body, signer=Signer(region="eu-west-3"))
    assert "customer master key that does not exist" in answer.error()[2]
    assert "does not exist in this region" in answer.error()[2]


def test_vault_seal(kms, make_key):
    """DescribeKey at start, Encrypt by id, Decrypt without one; the answers' ARNs are what it keeps."""
    key = make_key()
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["Arn"] == key["Arn"]
    answer = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"seal")
    assert answer["KeyId"] == key["Arn"]
    assert kms.decrypt(CiphertextBlob=answer["CiphertextBlob"])["Plaintext"] == b"seal"


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl(server, key):
    body = json.dumps({"KeyId": key["KeyId"]})
    headers = ["-H", "X-Amz-Target: TrentService.DescribeKey", "-H", f"Content-Type: {JSON}"]
    credentials = ["--aws-sigv4", "aws:amz:us-east-1:kms", "-u", "test:test"]
    command = ["curl", "-sS", "--noproxy", "*", *credentials, *headers, "-d", body, server.url]
    answer = subprocess.run(command, capture_output=True, timeout=30, check=True).stdout
    assert json.loads(answer)["KeyMetadata"]["Arn"] == key["Arn"]
