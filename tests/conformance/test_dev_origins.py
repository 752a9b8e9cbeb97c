"""A web page must not be able to use a development server: foreign Host names and Origins are refused."""

import pytest

from conformance.support.wire import call


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:4599", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:4599", "kms.localhost:80", "LOCALHOST"],
)
def test_loopback_hosts(server, host):
    assert call(server, "ListKeys", host=host).status == 200


FOREIGN = [
    "evil.example",
    "evil.example:4599",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "evil-localhost",
    "10.0.0.1",
    "[::2]",
    "0.0.0.0",
    "127.evil.example",
    "[::1].evil.example",
    "x@localhost:1@evil",
]


@pytest.mark.parametrize("host", FOREIGN)
def test_foreign_hosts(server, host):
    answer = call(server, "ListKeys", host=host)
    assert answer.status in (400, 403)
    assert b"Keys" not in answer.body


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://127.0.0.1", "https://[::1]:8080"])
def test_loopback_origins(server, origin):
    assert call(server, "ListKeys", extra=[("Origin", origin)]).status == 200


@pytest.mark.parametrize(
    "origin", ["null", "file://", "localhost", "", "http://", *(f"http://{host}" for host in FOREIGN)]
)
def test_foreign_origins(server, origin):
    answer = call(server, "ListKeys", extra=[("Origin", origin)])
    if origin == "":  # as good as none
        assert answer.status in (200, 403)
        return
    assert answer.status in (400, 403)
    assert b"Keys" not in answer.body


def test_a_refused_request_does_nothing(server, kms, key):
    body = {"KeyId": key["KeyId"], "Description": "changed by a web page"}
    call(server, "UpdateKeyDescription", body, host="evil.example")
    call(server, "UpdateKeyDescription", body, extra=[("Origin", "http://evil.example")])
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["Description"] == ""


def test_no_answer_invites_other_origins(server):
    answer = call(server, "ListKeys", extra=[("Origin", "http://localhost:3000")])
    assert not [name for name, _ in answer.headers if name.lower().startswith("access-control-")]
