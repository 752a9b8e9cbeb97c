"""What a running server has given up, as the kernel tells it (proc(5))."""

import os
import subprocess
from pathlib import Path

import pytest

from conformance.support.clients import aws_client
from conformance.support.server import Server


def sanitized(server):
    return "not confined: a build for a sanitizer" in server.log.read_text()


def status_of(thread):
    return dict(line.split(":\t", 1) for line in (thread / "status").read_text().splitlines() if ":\t" in line)


@pytest.fixture
def threads(own_server):
    """Every thread of a server that has served something."""
    if sanitized(own_server):
        pytest.skip("sanitized builds are not confined")
    kms = aws_client(own_server, "kms")
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.encrypt(KeyId=key_id, Plaintext=b"x")
    return list(Path(f"/proc/{own_server.process.pid}/task").iterdir())


def test_every_thread_is_confined(threads):
    assert len(threads) > 3
    for thread in threads:
        status = status_of(thread)
        assert status["NoNewPrivs"] == "1"
        assert status["Seccomp"] == "2"
        for name in ("CapEff", "CapPrm", "CapInh", "CapAmb"):
            assert int(status[name], 16) == 0, (name, status["Name"])


def test_the_log_says_what_is_in_force(own_server):
    if sanitized(own_server):
        pytest.skip("sanitized builds are not confined")
    line = next(line for line in own_server.log.read_text().splitlines() if "confined" in line)
    assert '"system_calls":"filtered"' in line and '"capabilities":"none"' in line


def test_core_dumps_are_off(own_server):
    limits = open(f"/proc/{own_server.process.pid}/limits").read()
    core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"]


def test_no_debugger_of_the_same_user_gets_in(own_server):
    """Undumpable: its /proc files belong to root, whoever runs it."""
    path = f"/proc/{own_server.process.pid}/mem"
    if os.geteuid() == 0:
        # Root without capabilities is like any other user.
        command = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "head", "-c1", path]
        done = subprocess.run(command, capture_output=True)
        assert done.returncode == 1 and b"Permission denied" in done.stderr, done
    else:
        with pytest.raises(PermissionError):
            open(path, "rb")


def test_without_confinement_it_says_so(tmp_path):
    with Server(tmp_path / "data", arguments=["--no-confinement"]) as server:
        assert "not confined (--no-confinement)" in server.log.read_text()
        status = open(f"/proc/{server.process.pid}/status").read()
        assert "Seccomp:\t0" in status or sanitized(server)
