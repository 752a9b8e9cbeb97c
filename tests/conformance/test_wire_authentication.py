"""Signatures in the Authorization header: what is refused, in which words and in which order."""

import re

import pytest

from conformance.support.wire import MISMATCH, SIGNED, Signer, basic_time, call, exchange, kms_request

INVALID, INCOMPLETE = "InvalidSignatureException", "IncompleteSignatureException"


def ask(server, **how):
    return call(server, "ListKeys", b"{}", **how).error()


def test_a_right_signature(server):
    assert call(server, "ListKeys").status == 200


# Recorded of a sibling service on the same framework, as are most texts here.
@pytest.mark.parametrize("header", ["", "Basic dGVzdDp0ZXN0", "Bearer x", "AWS test:x", "nonsense"])
def test_no_signature(server, header):
    expected = (400, "MissingAuthenticationTokenException", "Missing Authentication Token")
    assert ask(server, authorization=header) == expected


CREDENTIAL = "Credential=test/20200101/us-east-1/kms/aws4_request"
PARTS = [
    (CREDENTIAL, "Credential"),
    ("Signature=00", "Signature"),
    ("SignedHeaders=host", "SignedHeaders"),
]


@pytest.mark.parametrize("present", range(1, 7))
def test_missing_parts_are_listed_in_order(server, present):
    there = [part for bit, (part, _) in enumerate(PARTS) if present & 1 << bit]
    missing = [name for bit, (_, name) in enumerate(PARTS) if not present & 1 << bit]
    header = "AWS4-HMAC-SHA256 " + ", ".join(there)
    text = "".join(f"Authorization header requires '{name}' parameter. " for name in missing)
    assert ask(server, authorization=header) == (400, INCOMPLETE, f"{text}Authorization={header}")


def test_all_parts_missing(server):
    header = "AWS4-HMAC-SHA256"
    text = (
        "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. "
        f"Authorization header requires 'SignedHeaders' parameter. Authorization={header}"
    )
    assert ask(server, authorization=header) == (400, INCOMPLETE, text)


def test_no_date(server):
    header = f"AWS4-HMAC-SHA256 {CREDENTIAL}, SignedHeaders=host, Signature=00"
    request = kms_request(server, "ListKeys", b"{}", authorization=header)
    request = re.sub(rb"X-Amz-Date: [^\r]*\r\n", b"", request)
    text = (
        f"Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization={header}"
    )
    assert exchange(server, request).error() == (400, INCOMPLETE, text)


def test_garbled_pair(server):
    header = f"AWS4-HMAC-SHA256 {CREDENTIAL}, garbage, Signature=00"
    text = f"'garbage' not a valid key=value pair (missing equal-sign) in Authorization header: '{header}'."
    assert ask(server, authorization=header) == (400, INCOMPLETE, text)


def test_separators_with_and_without_spaces(server):
    request = kms_request(server, "ListKeys", b"{}")
    for separator in (b",", b"  ,  ", b" "):
        assert exchange(server, request.replace(b", S", separator + b"S")).status == 200


def test_wrong_secret(server):
    assert ask(server, signer=Signer(secret="wrong")) == (400, INVALID, MISMATCH)


def test_changed_signature(server):
    request = kms_request(server, "ListKeys", b"{}")
    at = request.index(b"Signature=") + 10
    for position in (at, at + 63):
        digit = b"0" if request[position : position + 1] != b"0" else b"1"
        changed = request[:position] + digit + request[position + 1 :]
        assert exchange(server, changed).error() == (400, INVALID, MISMATCH)
    for changed in (request[at : at + 63], request[at : at + 64].upper() + b"0", b"x", b"0" * 64):
        assert exchange(server, request[:at] + changed + request[at + 64 :]).error() == (400, INVALID, MISMATCH)


def test_a_changed_body_or_target_is_not_signed(server):
    request = kms_request(server, "ListKeys", b'{"Limit":1}')
    assert exchange(server, request.replace(b'"Limit":1', b'"Limit":2')).error() == (400, INVALID, MISMATCH)
    assert exchange(server, request.replace(b".ListKeys", b".ListAliases")).error() == (400, INVALID, MISMATCH)


def test_unknown_access_key(server):
    expected = (400, "UnrecognizedClientException", "The security token included in the request is invalid.")
    for key in ("AKIAIOSFODNN7EXAMPLE", "Test", "test2", "x" * 1000):
        assert ask(server, signer=Signer(key=key)) == expected


# The recording of a sibling service lacks the full stop that its answer to an unknown key has.
def test_guess_a_session_token_that_nobody_gave_out(server):
    extra = [("X-Amz-Security-Token", "token")]
    status, code, text = ask(server, extra=extra, signed=(*SIGNED, "x-amz-security-token"))
    assert (status, code) == (400, "UnrecognizedClientException")
    assert text.removesuffix(".") == "The security token included in the request is invalid"


def test_too_old(server):
    time = basic_time(-301 - 5)
    status, code, text = ask(server, time=time)
    assert (status, code) == (400, INVALID)
    assert re.fullmatch(
        rf"Signature expired: {time} is now earlier than \d{{8}}T\d{{6}}Z \(\d{{8}}T\d{{6}}Z - 5 min\.\)", text
    )


def test_too_new(server):
    time = basic_time(301 + 5)
    status, code, text = ask(server, time=time)
    assert (status, code) == (400, INVALID)
    assert re.fullmatch(
        rf"Signature not yet current: {time} is still later than \d{{8}}T\d{{6}}Z \(\d{{8}}T\d{{6}}Z \+ 5 min\.\)", text
    )


@pytest.mark.parametrize("seconds", [-280, -60, 60, 280])
def test_within_five_minutes(server, seconds):
    assert call(server, "ListKeys", time=basic_time(seconds)).status == 200


@pytest.mark.parametrize("time", ["2024-08-20T23:01:43Z", "20240820", "yesterday", "20241340T990000Z"])
def test_no_date_at_all(server, time):
    text = f"Date must be in ISO-8601 'basic format'. Got '{time}'. See http://en.wikipedia.org/wiki/ISO_8601"
    assert ask(server, time=time) == (400, INCOMPLETE, text)


def test_wrong_service(server):
    assert ask(server, signer=Signer(service="s3")) == (
        400,
        INVALID,
        "Credential should be scoped to correct service: 'kms'. ",
    )


@pytest.mark.parametrize("region", ["nowhere-1", "US-EAST-1", "us_east_1", "x"])
def test_guess_wrong_region(server, region):
    expected = (400, INVALID, "Credential should be scoped to a valid region. ")
    assert ask(server, signer=Signer(region=region)) == expected


def test_wrong_terminator_and_date_and_all_at_once(server):
    terminator = "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. "
    assert ask(server, signer=Signer(terminator="aws5")) == (400, INVALID, terminator)
    time = basic_time()
    date = (
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
        f"'20200101' != '{time[:8]}', from '{time}'."
    )
    assert ask(server, time=time, signer=Signer(scope_date="20200101")) == (400, INVALID, date)
    wrong = Signer(service="s3", terminator="aws5", scope_date="20200101")
    text = f"Credential should be scoped to correct service: 'kms'. {terminator}{date}"
    assert ask(server, time=time, signer=wrong) == (400, INVALID, text)


def test_wrong_algorithm(server):
    text = "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA25' (only AWS4-HMAC-SHA256 for now). "
    assert ask(server, signer=Signer(algorithm="AWS4-HMAC-SHA25")) == (400, INCOMPLETE, text)


def test_credential_of_other_than_five_parts(server):
    header = "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host;x-amz-target, Signature=00"
    text = "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b/c'"
    assert ask(server, authorization=header) == (400, INCOMPLETE, text)


def test_host_must_be_signed(server):
    signed = ("content-type", "x-amz-date", "x-amz-target")
    assert ask(server, signed=signed) == (400, INVALID, "'Host' must be a 'SignedHeader' in the AWS Authorization.")


# AWS's own text is not known; a target that is not signed decides what is done.
def test_guess_target_must_be_signed(server):
    status, code, text = ask(server, signed=("content-type", "host", "x-amz-date"))
    assert (status, code) == (400, INVALID)
    assert "'X-Amz-Target'" in text


# A field that is listed but absent counts as empty, so only who signed it as empty gets through.
def test_guess_a_signed_header_that_is_not_there(server):
    signed = (*SIGNED, "x-amz-meta")
    assert call(server, "ListKeys", b"{}", signed=signed).status == 200
    with_it = kms_request(server, "ListKeys", b"{}", signed=signed, extra=[("X-Amz-Meta", "value")])
    assert exchange(server, with_it).status == 200
    without = with_it.replace(b"X-Amz-Meta: value\r\n", b"")
    assert exchange(server, without).error() == (400, INVALID, MISMATCH)


def test_a_second_host_or_target(server):
    request = kms_request(server, "ListKeys", b"{}")
    doubled = request.replace(b"X-Amz-Target:", b"X-Amz-Target: TrentService.CreateKey\r\nX-Amz-Target:")
    assert exchange(server, doubled).status == 400
    doubled = request.replace(b"X-Amz-Date:", b"X-Amz-Date: 20200101T000000Z\r\nX-Amz-Date:")
    assert exchange(server, doubled).status == 400
