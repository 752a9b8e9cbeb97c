"""Somebody holds as many idle connections as the server takes: the store and the audit log still open the files they need."""

import os
import socket

from conformance.support.clients import aws_client
from faults.support.small_server import SmallServer

SOFT, HARD = 256, 720
RESERVED = 640  # src/app/open_files.h
CHANGES = 300  # several logs of the store and files of the audit log


def open_files(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def is_open(connection):
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def test_idle_connections_leave_the_store_its_files(tmp_path):
    server = SmallServer(tmp_path / "root", open_files=(SOFT, HARD))
    with server:
        assert str(HARD - RESERVED) in server.log.read_text(), "it says how many connections are left"
        kms = aws_client(server, "kms")
        kms.create_key()
        held = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(HARD + 200)]
        audit_files, store_logs = set(server.audit.iterdir()), set((server.data / "store").glob("*.log"))
        for number in range(CHANGES):
            kms.create_key(Description=f"{number:1000}")
        for connection in held:
            connection.setblocking(False)
        assert sum(map(is_open, held)) <= HARD - RESERVED
        assert open_files(server) < HARD
        assert set(server.audit.iterdir()) - audit_files, "no audit file was begun: this test says nothing"
        assert set((server.data / "store").glob("*.log")) - store_logs, "no log of the store was begun"
        for connection in held:
            connection.close()
