"""Many connections, and slow ones: neither keeps others from being served."""

import socket
import threading
import time

import pytest

from conformance.support.clients import aws_client
from conformance.support.server import Server, raise_file_limit
from conformance.support.wire import Connection, kms_request

WANTED = 10_000


@pytest.fixture(scope="module")
def busy_server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("busy") / "data") as running:
        yield running


def test_ten_thousand_idle_connections(busy_server):
    count = min(WANTED, raise_file_limit() - 500)  # the server's own limit is the same
    if count < WANTED:
        print(f"only {count} connections: the system allows no more descriptors")
    assert count > 500
    kms = aws_client(busy_server, "kms")
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    idle = []
    try:
        for number in range(count):
            idle.append(socket.create_connection(("127.0.0.1", busy_server.port), timeout=10))
            if number % 1000 == 999:
                assert len(kms.encrypt(KeyId=key_id, Plaintext=b"text")["CiphertextBlob"]) > 0
        started = time.monotonic()
        for _ in range(50):
            kms.encrypt(KeyId=key_id, Plaintext=b"text")
        assert time.monotonic() - started < 10
        # They are served, not only accepted: some of each end.
        request = kms_request(busy_server, "DescribeKey", {"KeyId": key_id})
        for connection in idle[:: count // 50]:
            connection.sendall(request)
            assert connection.recv(15).startswith(b"HTTP/1.1 200 OK")
    finally:
        for connection in idle:
            connection.close()
    assert kms.describe_key(KeyId=key_id)["KeyMetadata"]["Enabled"]


def test_a_client_of_a_byte_at_a_time(server, key):
    request = kms_request(server, "DescribeKey", {"KeyId": key["KeyId"]})
    with Connection(server) as connection:
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for position in range(len(request)):
            connection.send(request[position : position + 1])
            time.sleep(0.001)
        assert connection.response().json()["KeyMetadata"]["KeyId"] == key["KeyId"]


def test_slow_clients_do_not_hold_up_others(server, kms, key):
    request = kms_request(server, "DescribeKey", {"KeyId": key["KeyId"]})
    slow = [Connection(server) for _ in range(50)]
    try:
        for number, connection in enumerate(slow):
            connection.send(request[: 20 + number * 10])
        started = time.monotonic()
        for _ in range(20):
            kms.describe_key(KeyId=key["KeyId"])
        assert time.monotonic() - started < 5
        for number, connection in enumerate(slow):
            connection.send(request[20 + number * 10 :])
            assert connection.response().status == 200
    finally:
        for connection in slow:
            connection.socket.close()


def test_a_head_that_never_ends_is_given_up(server):
    with Connection(server, timeout=20) as connection:
        connection.send(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        started = time.monotonic()
        stop = threading.Event()

        def trickle():
            try:
                while not stop.wait(0.5):
                    connection.send(b"x")
            except OSError:
                pass

        thread = threading.Thread(target=trickle)
        thread.start()
        try:
            while connection.socket.recv(4096):
                pass
        except ConnectionResetError:
            pass
        finally:
            stop.set()
            thread.join()
        assert time.monotonic() - started < 19


def test_clients_that_go_away_without_reading(server, kms, key):
    request = kms_request(server, "DescribeKey", {"KeyId": key["KeyId"]})
    for number in range(100):
        connection = Connection(server)
        connection.send(request[: len(request) - number % 3] * (1 + number % 4))
        connection.socket.close()
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["Enabled"]
