"""Signatures in the query string."""

import re

import pytest

from conformance.support.wire import JSON, MISMATCH, Signer, basic_time, encode, exchange, kms_request

INVALID, INCOMPLETE = "InvalidSignatureException", "IncompleteSignatureException"


def headers(server, body, target="TrentService.ListKeys"):
    return [("Host", f"127.0.0.1:{server.port}"), ("Content-Type", JSON), ("X-Amz-Target", target)]


def presigned(server, body=b"{}", *, signer=None, time=None, expires=None, unsigned=(), change=lambda query: query):
    fields = headers(server, body)
    signed = [field for field in fields if field[0].lower() not in unsigned]
    query = (signer or Signer()).presigned("POST", "/", {}, signed, body, time or basic_time(), expires)
    return exchange(server, encode("POST", f"/?{change(query)}", [*fields, ("Content-Length", str(len(body)))], body))


def test_a_right_signature(server):
    answer = presigned(server)
    assert answer.status == 200 and "Keys" in answer.json()
    assert presigned(server, expires=60).status == 200


def test_wrong_secret_or_body(server):
    assert presigned(server, signer=Signer(secret="wrong")).error() == (400, INVALID, MISMATCH)
    fields = headers(server, b"{}")
    query = Signer().presigned("POST", "/", {}, fields, b"{}", basic_time())
    other = encode("POST", f"/?{query}", [*fields, ("Content-Length", "11")], b'{"Limit":1}')
    assert exchange(server, other).error() == (400, INVALID, MISMATCH)


@pytest.mark.parametrize("name", ["X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"])
def test_missing_part(server, name):
    text = f"AWS query-string parameters must include '{name}'. Re-examine the query-string parameters."
    answer = presigned(server, change=lambda query: re.sub(rf"&?{name}=[^&]*", "", query))
    assert answer.error() == (400, INCOMPLETE, text)


def test_both_forms(server):
    request = kms_request(server, "ListKeys", b"{}").replace(b"POST / ", b"POST /?X-Amz-Algorithm=AWS4-HMAC-SHA256 ")
    text = "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."
    assert exchange(server, request).error() == (400, INVALID, text)


def test_too_old_whatever_it_says_of_itself(server):
    time = basic_time(-310)
    for expires in (None, 3600, 604800):
        status, code, text = presigned(server, time=time, expires=expires).error()
        assert (status, code) == (400, INVALID)
        assert text.startswith(f"Signature expired: {time} is now earlier than ")


def test_expired_before_the_window_ends(server):
    assert presigned(server, time=basic_time(-60), expires=30).error()[:2] == (400, INVALID)


@pytest.mark.parametrize("expires", [0, -1, 604801, "x", 10**30])
def test_guess_expiry_of_1_second_to_a_week(server, expires):
    assert presigned(server, expires=expires).error()[:2] == (400, INCOMPLETE)


def test_target_and_host_must_be_signed(server):
    assert presigned(server, unsigned=("x-amz-target",)).error()[:2] == (400, INVALID)
    text = "'Host' must be a 'SignedHeader' in the AWS Authorization."
    assert presigned(server, unsigned=("host",)).error() == (400, INVALID, text)


def test_a_session_token_that_nobody_gave_out(server):
    fields = headers(server, b"{}")
    query = Signer().presigned("POST", "/", {"X-Amz-Security-Token": "token"}, fields, b"{}", basic_time())
    answer = exchange(server, encode("POST", f"/?{query}", [*fields, ("Content-Length", "2")], b"{}"))
    assert answer.error()[:2] == (400, "UnrecognizedClientException")
