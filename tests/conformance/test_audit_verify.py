"""`kagimori audit verify`: a log that nobody touched is whole, and every change of one is found."""

import shutil

import pytest

from conformance.support.audit_log import (
    audit_events,
    audit_files,
    audit_folder,
    signing_key,
    verify,
    write_pem,
)
from conformance.support.clients import aws_client
from conformance.support.server import Server


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """A stopped server, its log's folder and its public key."""
    base = tmp_path_factory.mktemp("verify")
    server = Server(base / "data")
    for _ in range(2):  # a restart goes on with the same log
        with server:
            kms = aws_client(server, "kms")
            for number in range(10):
                kms.create_key(Description=f"key {number}")
    return server, audit_folder(server), write_pem(signing_key(server), base / "audit.pem")


@pytest.fixture
def copy(log, tmp_path):
    _, folder, _ = log
    return shutil.copytree(folder, tmp_path / "audit")


def lines_of(folder):
    return sorted(folder.glob("audit-*.jsonl"))[0].read_bytes().splitlines(keepends=True)


def write(folder, lines):
    sorted(folder.glob("audit-*.jsonl"))[0].write_bytes(b"".join(lines))


def test_an_untouched_log_is_whole(log):
    server, folder, pem = log
    whole, text = verify(server, folder, pem)
    assert whole, text
    assert str(len(audit_events(server))) in text
    assert len([event for event in audit_events(server) if event["eventName"] == "CreateKey"]) == 20


def test_a_running_servers_log_is_whole(server, tmp_path, kms):
    kms.list_keys()
    whole, text = verify(server, audit_folder(server), write_pem(signing_key(server), tmp_path / "audit.pem"))
    assert whole, text


def test_another_key(log, tmp_path):
    server, folder, _ = log
    whole, _ = verify(server, folder, write_pem(bytes(31) + b"\x01", tmp_path / "other.pem"))
    assert not whole


def test_no_key_and_no_log(log, tmp_path):
    server, folder, pem = log
    assert not verify(server, folder, tmp_path / "missing.pem")[0]
    assert not verify(server, tmp_path / "missing", pem)[0]
    (tmp_path / "empty").mkdir()
    assert not verify(server, tmp_path / "empty", pem)[0]


def changed(lines):
    lines[3] = lines[3].replace(b"key ", b"kez ", 1) if b"key " in lines[3] else lines[3].replace(b'"', b"'", 1)
    return lines


def without_pair(lines):
    """A record and its link."""
    at = next(i for i, line in enumerate(lines) if i > 2 and line.startswith(b'{"kagimori":{"link"'))
    return lines[: at - 1] + lines[at + 1 :]


TAMPERINGS = {
    "a record changed": changed,
    "a record removed": lambda lines: lines[:1] + lines[2:],
    "a record added": lambda lines: [*lines[:2], lines[1], *lines[2:]],
    "two records swapped": lambda lines: [lines[0], lines[3], lines[2], lines[1], *lines[4:]],
    "a link removed": lambda lines: [*lines[:2], *lines[3:]],
    "a batch cut out of the middle": without_pair,
    "the header removed": lambda lines: lines[1:],
    "a foreign line at the end": lambda lines: [*lines, b'{"eventVersion":"1.11"}\n'],
    "the last byte gone": lambda lines: [*lines[:-1], lines[-1][:-1]],
    "half a line gone": lambda lines: [*lines[:-1], lines[-1][: len(lines[-1]) // 2]],
    "everything gone": lambda lines: [],
}


@pytest.mark.parametrize("how", TAMPERINGS)
def test_tampering_is_found(log, copy, how):
    server, _, pem = log
    before = lines_of(copy)
    after = TAMPERINGS[how](list(before))
    assert after != before
    write(copy, after)
    whole, text = verify(server, copy, pem)
    assert not whole, text


def test_a_bit_of_any_line(log, copy):
    server, _, pem = log
    before = lines_of(copy)
    for number in range(0, len(before), 4):
        line = bytearray(before[number])
        line[len(line) // 2] ^= 1
        write(copy, [*before[:number], bytes(line), *before[number + 1 :]])
        whole, text = verify(server, copy, pem)
        assert not whole, f"line {number}: {text}"


def test_the_server_does_not_go_on_with_a_changed_log(tmp_path):
    server = Server(tmp_path / "data")
    with server:
        aws_client(server, "kms").create_key(Description="before")
    path = audit_files(server)[0]
    path.write_bytes(path.read_bytes().replace(b'"before"', b'"behind"', 1))
    with pytest.raises(AssertionError, match="did not get ready"):
        server.start()
    server.process.wait(timeout=10)
