"""The JSON 1.1 protocol: what answers look like, and what is no request."""

import re
import uuid

import pytest

from conformance.support.wire import JSON, Connection, Signer, call, encode, exchange, kms_headers, kms_request

UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def test_headers_of_answers(server, key):
    for body in ({"KeyId": key["KeyId"]}, {"KeyId": "foo"}):
        answer = call(server, "DescribeKey", body)
        assert answer.get("Content-Type") == JSON
        assert UUID.fullmatch(answer.get("x-amzn-RequestId"))
        assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", answer.get("Date"))
        assert answer.get("x-amz-crc32") is None and answer.get("Transfer-Encoding") is None
        assert ("Content-Length", str(len(answer.body))) in answer.headers  # in exactly this letter case


def test_request_ids_differ(server):
    with Connection(server) as connection:
        ids = set()
        for _ in range(10):
            connection.send(kms_request(server, "ListKeys", {"Limit": 1}))
            ids.add(connection.response().get("x-amzn-requestid"))
    assert len(ids) == 10


MALFORMED = {
    "empty": b"",
    "white space": b" \r\n\t",
    "no JSON": b"KeyId=x",
    "a list": b"[]",
    "a string": b'"x"',
    "a number": b"1",
    "null": b"null",
    "unfinished": b'{"KeyId":"x"',
    "unfinished text": b'{"KeyId":"x}',
    "trailing bytes": b"{} x",
    "two documents": b"{}{}",
    "a NUL behind it": b"{}\0",
    "a comma too many": b'{"KeyId":"x",}',
    "no quotes": b"{KeyId:1}",
    "single quotes": b"{'KeyId':'x'}",
    "a comment": b"{/* */}",
    "NaN": b'{"Unknown":NaN}',
    "infinity": b'{"Unknown":Infinity}',
    "a leading zero": b'{"Unknown":01}',
    "a plus": b'{"Unknown":+1}',
    "hexadecimal": b'{"Unknown":0x10}',
    "a bare dot": b'{"Unknown":.5}',
    "a control character": b'{"Unknown":"\x01"}',
    "a bare line feed": b'{"Unknown":"\n"}',
    "a wrong escape": rb'{"Unknown":"\x41"}',
    "half a surrogate": rb'{"Unknown":"\ud83d"}',
    "bad JSON deep inside": b'{"Unknown":{"a":[{"b":tru}]}}',
    "a bad byte in an unknown member": b'{"Unknown":"\xff"}',
    "a bad byte in a name": b'{"\xc3":1}',
    "an overlong form": b'{"Unknown":"\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"Unknown":"\xed\xa0\x80"}',
    "beyond Unicode": b'{"Unknown":"\xf5\x80\x80\x80"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": "{}".encode("utf-16"),
    "deep lists": b'{"Unknown":' + b"[" * 33 + b"]" * 33 + b"}",
    "very deep lists": b'{"Unknown":' + b"[" * 20000 + b"]" * 20000 + b"}",
    "deep objects": b'{"Unknown":' * 33 + b"{}" + b"}" * 33,
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_bodies(server, name):
    answer = call(server, "ListKeys", MALFORMED[name])
    assert (answer.status, answer.json()) == (400, {"__type": "SerializationException"})


def test_the_body_comes_before_the_signature_and_the_operation(server):
    body = b"no JSON"
    for request in (
        kms_request(server, "ListKeys", body, authorization=""),
        kms_request(server, "NoSuchThing", body),
        kms_request(server, "ListKeys", body, signer=Signer(secret="wrong")),
    ):
        assert exchange(server, request).json() == {"__type": "SerializationException"}
    answer = exchange(server, kms_request(server, "NoSuchThing", b"{}", authorization=""))
    assert answer.json() == {"__type": "UnknownOperationException"}


def test_white_space_and_nesting_within_bounds(server):
    assert call(server, "ListKeys", b' \r\n\t{ "Limit" : 1 }\n ').status == 200
    assert call(server, "ListKeys", b'{"Unknown":' + b"[" * 30 + b"]" * 30 + b"}").status == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"])
def test_only_post_is_a_request(server, method):
    request = encode(method, "/", kms_headers(server, "ListKeys", b"{}"), b"{}")
    with Connection(server) as connection:
        connection.send(request)
        if method == "HEAD":
            assert connection.socket.recv(12) in (b"HTTP/1.1 403", b"HTTP/1.1 405")
            return
        answer = connection.response()
    assert answer.status == 403
    assert b"AccessDeniedException" in answer.body
    assert b"Unable to determine service/operation name to be authorized" in answer.body


def test_no_target_and_a_foreign_content_type(server):
    headers = [("Host", "127.0.0.1"), ("Content-Type", "text/plain"), ("Content-Length", "2")]
    answer = exchange(server, encode("POST", "/", headers, b"{}"))
    assert answer.status == 403
    assert b"Unable to determine service/operation name to be authorized" in answer.body


def test_no_target_but_json(server):
    headers = [("Host", "127.0.0.1"), ("Content-Type", JSON), ("Content-Length", "2")]
    answer = exchange(server, encode("POST", "/", headers, b"{}"))
    assert (answer.status, answer.json()) == (400, {"__type": "UnknownOperationException"})


@pytest.mark.parametrize("path", ["/x", "//", "/../", "/health", "/metrics", f"/{uuid.uuid4()}"])
def test_other_paths_serve_nothing(server, path):
    answer = exchange(server, encode("POST", path, kms_headers(server, "ListKeys", b"{}"), b"{}"))
    assert answer.status == 403


@pytest.mark.parametrize(
    "content_type", [JSON, "application/x-amz-json-1.1; charset=utf-8", "application/x-amz-json-1.0"]
)
def test_guess_content_types(server, content_type):
    assert call(server, "ListKeys", b"{}", content_type=content_type).status == 200
