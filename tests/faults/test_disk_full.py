"""A real file system of a few MiB under a real server: filled, what stops in which order; emptied, everything is back.

Needs the right to mount (root); elsewhere skipped, with one line.
"""

import re
import subprocess
import time
import urllib.request

import pytest
from botocore.exceptions import ClientError

from conformance.support.audit_log import audit_events, audit_folder, signing_key, verify, write_pem
from conformance.support.clients import aws_client
from conformance.support.server import BINARY, Server

MIB = 1 << 20


class SmallDisk:
    def __init__(self, path, mib):
        self.path = path
        path.mkdir()
        self.ballast = path / "ballast"
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mib}m", "none", path], capture_output=True, text=True)
        if done.returncode != 0:
            pytest.skip(f"no small file system can be mounted here: {done.stderr.strip()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.path], check=True)

    def free(self):
        import os

        info = os.statvfs(self.path)
        return info.f_bavail * info.f_frsize

    def leave(self, size):
        """Fills the disk until only that much is free."""
        with self.ballast.open("ab", buffering=0) as ballast:
            while self.free() > size:
                try:
                    ballast.write(b"x" * max(4096, min(MIB, self.free() - size)))
                except OSError:
                    return

    def empty(self):
        self.ballast.unlink()


def outcome(operation, **parameters):
    try:
        operation(**parameters)
        return "ok"
    except ClientError as refusal:
        answer = refusal.response
        return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"].get("Message", "")


def wait_for(holds, seconds=20):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.1)


def page(url, name):
    try:
        with urllib.request.urlopen(f"{url}/{name}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def metric(url, name):
    return float(re.search(rf"^{name} (\S+)$", page(url, "metrics")[1], re.M)[1])


def run(tmp_path, disk, **how):
    server = Server(disk.path / "data" if how.get("whole") else tmp_path / "data", arguments=("--metrics", "127.0.0.1:0"))
    return server


def operators(server):
    wait_for(lambda: "health and metrics" in server.log.read_text(errors="replace"))
    return re.findall(r"http://127\.0\.0\.1:\d+", server.log.read_text(errors="replace"))[-1]


def test_what_stops_as_the_disk_fills_and_comes_back(tmp_path):
    with SmallDisk(tmp_path / "disk", 160) as disk:
        server = run(tmp_path, disk, whole=True)  # store and audit log on the small disk
        with server:
            url = operators(server)
            kms = aws_client(server, "kms")
            key = kms.create_key()["KeyMetadata"]["KeyId"]
            assert metric(url, "kagimori_stopped") == 0

            # 1. The reserve (16 MiB in development): changes stop, with the reason; use goes on.
            disk.leave(12 * MIB)
            wait_for(lambda: metric(url, "kagimori_stopped") == 1)
            status, code, text = outcome(kms.create_key)
            assert (status, code) == (503, "DependencyTimeoutException")
            assert "reserve" in text
            for change in (lambda: kms.disable_key(KeyId=key), lambda: kms.schedule_key_deletion(KeyId=key)):
                assert outcome(change)[1] == "DependencyTimeoutException"
            blob = kms.encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]
            assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"
            assert page(url, "readyz")[0] == 200
            shown = server.command("status", "--data", server.data).stdout
            assert "changes: " in shown and "reserve" in shown
            # the security log shrinks to its counters
            lines = server.log.read_text(errors="replace").count("requests without a verified signature")
            stranger = aws_client(server, "kms", key="AKIAIOSFODNN7EXAMPLE", secret="x" * 40)
            for _ in range(20):
                assert outcome(stranger.list_keys)[1] == "UnrecognizedClientException"
            assert server.log.read_text(errors="replace").count("requests without a verified signature") == lines

            # 2. No room at all: everything stops, and nothing is half written.
            disk.leave(0)
            wait_for(lambda: metric(url, "kagimori_stopped") == 2)
            status, code, text = outcome(kms.encrypt, KeyId=key, Plaintext=b"secret")
            assert (status, code) == (503, "DependencyTimeoutException")
            assert "full" in text
            assert outcome(aws_client(server, "sts").get_caller_identity)[1] == "ServiceUnavailable"
            assert page(url, "readyz")[0] == 503
            assert page(url, "healthz")[0] == 200

            # 3. Room again: back without a restart.
            disk.empty()
            wait_for(lambda: metric(url, "kagimori_stopped") == 0)
            kms.create_key(Description="after")
            assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"
            assert page(url, "readyz")[0] == 200
        refused = [e for e in audit_events(server) if e.get("errorCode") == "DependencyTimeoutException"]
        assert {e["eventName"] for e in refused} >= {"CreateKey", "DisableKey", "ScheduleKeyDeletion"}
        whole, text = verify(server, audit_folder(server), write_pem(signing_key(server), tmp_path / "audit.pem"))
        assert whole, text
        with server:  # and a restart finds everything
            kms = aws_client(server, "kms")
            assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"
            descriptions = [
                kms.describe_key(KeyId=k["KeyId"])["KeyMetadata"]["Description"] for k in kms.list_keys()["Keys"]
            ]
            assert "after" in descriptions


def test_the_stores_disk_alone(tmp_path):
    """The store's disk is full, the audit log's is not: changes stop, use of keys goes on, the process stays."""
    with SmallDisk(tmp_path / "disk", 160) as disk:
        (tmp_path / "data").mkdir(mode=0o700)
        (disk.path / "store").mkdir(mode=0o700)
        (disk.path / "store").chmod(0o700)
        server = Server(tmp_path / "data", arguments=("--metrics", "127.0.0.1:0"))
        with server:
            blob = None
        (tmp_path / "data" / "store").rename(tmp_path / "moved")
        subprocess.run(["cp", "-a", f"{tmp_path}/moved/.", disk.path / "store"], check=True)
        (tmp_path / "data" / "store").symlink_to(disk.path / "store")
        with server:
            url = operators(server)
            kms = aws_client(server, "kms")
            key = kms.create_key()["KeyMetadata"]["KeyId"]
            disk.leave(0)
            wait_for(lambda: metric(url, "kagimori_stopped") == 1)
            assert "store" in outcome(kms.create_key)[2]
            blob = kms.encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]
            time.sleep(2)  # what the server writes by itself finds no room either, and does not end it
            assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"
            disk.empty()
            wait_for(lambda: metric(url, "kagimori_stopped") == 0)
            kms.create_key()
        with server:
            assert aws_client(server, "kms").decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"


def test_a_start_without_room_says_so(tmp_path):
    with SmallDisk(tmp_path / "disk", 64) as disk:
        disk.leave(0)
        done = subprocess.run(
            [BINARY, "dev", "--data", disk.path / "data", "--listen", "127.0.0.1:0"], capture_output=True, text=True,
            timeout=60,
        )
        assert done.returncode != 0
        assert "No space left" in done.stderr or "full" in done.stderr, done.stderr
