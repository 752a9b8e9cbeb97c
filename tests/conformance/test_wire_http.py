"""HTTP/1.1 itself: framing, pipelining, chunks, limits, and what is no HTTP at all."""

import json

import pytest

from conformance.support.wire import Connection, encode, exchange, kms_headers, kms_request

MALFORMED = {
    "no HTTP": b"hello\r\n\r\n",
    "a TLS hello": bytes.fromhex("16030100c8010000c40303") + bytes(200),
    "a NUL in a field": b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nA: \0\r\n\r\n",
    "a bare line feed": b"POST / HTTP/1.1\nHost: 127.0.0.1\n\n",
    "a bare carriage return": b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nA: b\rc\r\n\r\n",
    "a space before the colon": b"POST / HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n",
    "a folded field": b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nA: b\r\n c\r\n\r\n",
    "no host": b"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
    "two hosts": b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: localhost\r\n\r\n",
    "length and chunks": b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n",
    "a negative length": b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n",
    "a length in words": b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: two\r\n\r\n",
    "a plus before the length": b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: +2\r\n\r\n",
    "a list of lengths": b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2, 2\r\n\r\n",
    "an enormous length": b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    "an unknown coding": b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    "a chunk without its length": b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n",
    "HTTP/2.0": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/0.9": b"GET /\r\n\r\n",
    "an absolute target": b"POST http://127.0.0.1/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_requests_are_refused_and_the_connection_ends(server, name):
    with Connection(server, timeout=15) as connection:
        connection.send(MALFORMED[name])
        assert connection.response().status in {400, 413, 431, 501, 505}
        assert connection.closed()


@pytest.mark.parametrize(("field", "count"), [("A: " + "x" * 17000, 1), ("A: x", 120)])
def test_heads_have_limits(server, field, count):
    with Connection(server) as connection:
        connection.send(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + f"{field}\r\n".encode() * count + b"\r\n")
        assert connection.response().status == 431
        assert connection.closed()


def test_a_body_that_is_announced_too_large(server):
    with Connection(server) as connection:
        connection.send(encode("POST", "/", [("Host", "127.0.0.1"), ("Content-Length", str(10**9))]))
        assert connection.response().status == 413
        assert connection.closed()


def test_a_chunked_body_that_grows_too_large(server):
    with Connection(server) as connection:
        connection.send(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            for _ in range(1000):
                connection.send(b"10000\r\n" + bytes(65536) + b"\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass  # it need not listen to the rest
        else:
            pytest.fail("65 MB were taken")


def test_keep_alive(server):
    with Connection(server) as connection:
        for _ in range(5):
            connection.send(kms_request(server, "ListKeys", {"Limit": 1}))
            assert connection.response().status == 200


def test_pipelined_requests_are_answered_in_order(server, make_key):
    keys = [make_key()["KeyId"] for _ in range(20)]
    with Connection(server) as connection:
        connection.send(b"".join(kms_request(server, "DescribeKey", {"KeyId": key}) for key in keys))
        answered = [connection.response().json()["KeyMetadata"]["KeyId"] for _ in keys]
    assert answered == keys


def test_a_write_and_a_read_behind_it(server, key):
    with Connection(server) as connection:
        for text in ("one", "two", "three"):
            change = kms_request(server, "UpdateKeyDescription", {"KeyId": key["KeyId"], "Description": text})
            connection.send(change + kms_request(server, "DescribeKey", {"KeyId": key["KeyId"]}))
            assert connection.response().status == 200
            assert connection.response().json()["KeyMetadata"]["Description"] == text


def chunked(server, operation, body, sizes):
    """The same signed request with its body in chunks of these sizes."""
    request = kms_request(server, operation, body)
    head = request[: request.index(b"\r\n\r\n")].replace(
        b"Content-Length: %d" % len(body), b"Transfer-Encoding: chunked"
    )
    pieces, rest = [], body
    for size in sizes:
        pieces.append(b"%x\r\n%b\r\n" % (len(rest[:size]), rest[:size]))
        rest = rest[size:]
    assert not rest
    return head + b"\r\n\r\n" + b"".join(pieces) + b"0\r\n\r\n"


@pytest.mark.parametrize("sizes", [[1000], [1] * 58, [10, 20, 1000]])
def test_chunked_bodies(server, key, sizes):
    body = json.dumps({"KeyId": key["KeyId"], "x": ""}).encode()
    sizes = [1] * len(body) if sizes[0] == 1 else sizes
    request = chunked(server, "DescribeKey", body, sizes)
    with Connection(server) as connection:
        connection.send(request + kms_request(server, "ListKeys", {"Limit": 1}))
        assert connection.response().json()["KeyMetadata"]["KeyId"] == key["KeyId"]
        assert connection.response().status == 200


def test_expect_100_continue(server, key):
    body = json.dumps({"KeyId": key["KeyId"]}).encode()
    request = kms_request(server, "DescribeKey", body, extra=[("Expect", "100-continue")])
    head, body = request[: -len(body)], request[-len(body) :]
    with Connection(server) as connection:
        connection.send(head)
        assert connection.response().status == 100
        connection.send(body)
        assert connection.response().status == 200


def test_unknown_expectation(server):
    request = kms_request(server, "ListKeys", b"{}", extra=[("Expect", "a-miracle")])
    assert exchange(server, request).status == 417


def test_connection_close_is_kept_to(server):
    with Connection(server) as connection:
        connection.send(kms_request(server, "ListKeys", b"{}", extra=[("Connection", "close")]))
        answer = connection.response()
        assert (answer.status, answer.get("Connection").lower()) == (200, "close")
        assert connection.closed()


def test_http_1_0(server):
    request = kms_request(server, "ListKeys", b"{}").replace(b"HTTP/1.1", b"HTTP/1.0")
    with Connection(server) as connection:
        connection.send(request)
        assert connection.response().status == 200
        assert connection.closed()


def test_every_cut_of_a_request_is_the_same_request(server, key):
    request = kms_request(server, "DescribeKey", {"KeyId": key["KeyId"]})
    with Connection(server) as connection:
        for cut in range(1, len(request), 37):
            connection.send(request[:cut], request[cut:])
            assert connection.response().status == 200


def test_headers_named_twice_over_do_not_confuse_the_body(server):
    """What follows a refused request on the same connection is never taken for a request of its own."""
    body = b"{}" + kms_request(server, "CreateKey", {"Description": "smuggled"})
    headers = [(n, v) for n, v in kms_headers(server, "ListKeys", b"{}") if n != "Content-Length"]
    request = encode("POST", "/", [*headers, ("Content-Length", "2"), ("Content-Length", str(len(body)))], body)
    with Connection(server) as connection:
        connection.send(request)
        assert connection.response().status == 400
        assert connection.closed()
