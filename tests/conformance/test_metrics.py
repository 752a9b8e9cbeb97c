"""Health and metrics on a listener of their own."""

import re
import socket
import urllib.error
import urllib.request

import pytest

from conformance.support.clients import aws_client
from conformance.support.server import Server
from conformance.support.wire import call

SERIES = [
    "kagimori_requests_total",
    "kagimori_request_duration_seconds_bucket",
    "kagimori_store_commits_total",
    "kagimori_store_syncs_total",
    "kagimori_connections_open",
    "kagimori_audit_free_bytes",
    "kagimori_audit_unsynced_events",
    "kagimori_sealed",
]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def observed(tmp_path_factory):
    """A server, and what reads a page of its operator's listener."""
    port = free_port()
    with Server(tmp_path_factory.mktemp("metrics") / "data", arguments=["--metrics", f"127.0.0.1:{port}"]) as running:

        def read(path):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()

        yield running, read


def value(text, series, **labels):
    for line in text.splitlines():
        match = re.fullmatch(r"(\w+)(?:\{(.*)\})? ([-+0-9.einfaN]+)", line)
        if match and match.group(1) == series:
            found = dict(re.findall(r'(\w+)="([^"]*)"', match.group(2) or ""))
            if labels.items() <= found.items():
                return float(match.group(3))
    return None


def test_health_and_readiness(observed):
    _, read = observed
    assert read("/healthz")[0] == 200
    assert read("/readyz")[0] == 200
    with pytest.raises(urllib.error.HTTPError) as caught:
        read("/nothing")
    assert caught.value.code == 404


def test_the_documented_series_are_there(observed):
    server, read = observed
    aws_client(server, "kms").list_keys()
    _, text = read("/metrics")
    assert [series for series in SERIES if value(text, series) is None] == []
    assert value(text, "kagimori_sealed") == 0
    assert value(text, "kagimori_audit_free_bytes") > 0


def test_requests_are_counted_by_service_operation_and_code(observed):
    server, read = observed
    kms = aws_client(server, "kms")

    def counts():
        text = read("/metrics")[1]
        wanted = [
            ("kms", "CreateKey", "OK"),
            ("kms", "DescribeKey", "NotFoundException"),
            ("sts", "GetCallerIdentity", "OK"),
        ]
        keys = ("service", "operation", "code")
        counters = [
            value(text, "kagimori_requests_total", **dict(zip(keys, labels, strict=True))) or 0 for labels in wanted
        ]
        return [*counters, value(text, "kagimori_store_commits_total"), value(text, "kagimori_store_syncs_total")]

    before = counts()
    for _ in range(3):
        kms.create_key()
        call(server, "DescribeKey", {"KeyId": "foo"})
    aws_client(server, "sts").get_caller_identity()
    after = counts()
    growth = [b - a for a, b in zip(before, after, strict=True)]
    assert growth[:3] == [3, 3, 1]
    assert growth[3] >= 3 and growth[4] >= 3
    text = read("/metrics")[1]
    assert value(text, "kagimori_request_duration_seconds_count", operation="CreateKey") == after[0]


def test_clients_cannot_make_labels(observed):
    server, read = observed
    for number in range(20):
        call(server, f"Invented{number}")
        call(server, "ListKeys", extra=[("User-Agent", f"invented{number}")])
    text = read("/metrics")[1]
    assert "nvented" not in text


def test_open_connections(observed):
    server, read = observed
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(b"POST")
        call(server, "ListKeys")
        assert value(read("/metrics")[1], "kagimori_connections_open") >= 1


def test_nothing_of_an_operators_page_is_on_the_service_port(observed):
    server, _ = observed
    for path in ("/metrics", "/healthz", "/readyz"):
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(server.url + path, timeout=10)
        assert caught.value.code == 403
