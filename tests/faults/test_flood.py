"""Floods of requests that no signature vouches for: what they leave on the disk and in memory is bounded, and signed requests
are answered meanwhile. KAGIMORI_FLOOD_REQUESTS: how many of each kind (1,500)."""

import itertools
import os
import random
import re
import socket
import ssl
import threading
import time
import urllib.request
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from conformance.support.audit_log import audit_events, audit_folder
from conformance.support.clients import aws_client
from conformance.support.server import Server
from conformance.support.wire import Connection, Signer, encode, kms_headers, kms_request
from conformance.test_serve import Serve, deployment  # noqa: F401

REQUESTS = int(os.environ.get("KAGIMORI_FLOOD_REQUESTS", "1500"))
PIPELINE = 40  # requests sent before their answers are read
KIB, MIB = 1 << 10, 1 << 20


def size_of(folder):
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())


def resident(process):
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * KIB


def unsigned(server, number):
    body = b'{"KeyId":"%d"}' % number
    fields = kms_headers(server, f"TrentService.Made{number}Up", body, extra=[("User-Agent", f"flood/{number}")])
    return encode("POST", f"/?{number}", fields, body)


def unknown_key(server, number):
    signer = Signer(key=f"AKIA{number:016d}", secret=f"secret-{number}")
    return kms_request(server, "Encrypt", b'{"KeyId":"%d"}' % number, signer=signer)


def wrong_signature(server, number):
    return kms_request(server, "CreateKey", signer=Signer(secret=f"wrong-{number}"))


def other_service(server, number):
    return encode("GET", f"/path{number}?Action=A{number}", [("Host", f"127.0.0.1:{server.port}"), ("X-Made-Up", str(number))])


def send_all(server, make, count, answers):
    """Pipelined, over connections of their own; counts the answers by status."""
    numbers = iter(range(count))
    while batch := list(itertools.islice(numbers, PIPELINE)):
        with Connection(server) as connection:
            connection.send(b"".join(make(server, number) for number in batch))
            for _ in batch:
                status = connection.response().status
                answers[status] = answers.get(status, 0) + 1


def send_garbage(address, make, count):
    """One connection for each: whatever comes back, nothing more is wanted."""
    for number in range(count):
        with socket.create_connection(address, timeout=10) as connection:
            try:
                connection.sendall(make(number))
                connection.settimeout(0.02)
                connection.recv(4096)
            except OSError:
                pass


chance = random.Random(20250102)
GARBAGE = {
    "noise": lambda number: chance.randbytes(300),
    "a TLS hello": lambda number: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + chance.randbytes(500),
    "half a request line": lambda number: b"GET " + b"/" * 100 + b"\r\n\r\n",
    "a huge head": lambda number: b"POST / HTTP/1.1\r\n" + b"X-%d: " % number + b"y" * 20_000 + b"\r\n\r\n",
    "many fields": lambda number: b"POST / HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % i for i in range(500)) + b"\r\n",
    "a lying length": lambda number: b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
}


class SignedClient(threading.Thread):
    """Uses a key all the while."""

    def __init__(self, client, key_id):
        super().__init__()
        self.client, self.key_id = client, key_id
        self.stop, self.times, self.failure = threading.Event(), [], None

    def run(self):
        while not self.stop.is_set():
            started = time.monotonic()
            try:
                self.client.encrypt(KeyId=self.key_id, Plaintext=b"x")
            except Exception as problem:  # noqa: BLE001
                self.failure = problem
                return
            self.times.append(time.monotonic() - started)
            time.sleep(0.02)

    def finish(self):
        self.stop.set()
        self.join()
        assert self.failure is None, self.failure
        assert len(self.times) > 2
        assert max(self.times) < 5, f"a signed request took {max(self.times):.1f} s"


def metrics(url):
    with urllib.request.urlopen(url + "/metrics", timeout=10) as answer:
        return answer.read().decode()


def figure(text, name):
    return float(re.search(rf"^{name} (\S+)$", text, re.M)[1])


def test_a_flood_without_a_signature_leaves_next_to_nothing(tmp_path):
    server = Server(tmp_path / "data", arguments=("--metrics", "127.0.0.1:0"))
    with server:
        url = re.findall(r"http://127\.0\.0\.1:\d+", server.log.read_text())[-1]
        kms = aws_client(server, "kms")
        key_id = kms.create_key()["KeyMetadata"]["KeyId"]
        # Once each first: what is made at the first use of anything is no growth.
        for make in (unsigned, unknown_key, wrong_signature, other_service):
            send_all(server, make, PIPELINE, {})
        time.sleep(1)
        before = {"log": server.log.stat().st_size, "audit": size_of(audit_folder(server)),
                  "store": size_of(server.data / "store"), "memory": resident(server.process)}
        series = metrics(url)
        commits = figure(series, "kagimori_store_commits_total")
        records = len(audit_events(server))

        signed = SignedClient(kms, key_id)
        signed.start()
        slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(300)]
        for number, connection in enumerate(slow):
            connection.send(b"POST / HTTP/1.1\r\nX-Slow-%d: " % number)
        answers = {}
        floods = [threading.Thread(target=send_all, args=(server, make, REQUESTS, answers))
                  for make in (unsigned, unknown_key, wrong_signature, other_service)]
        floods.append(threading.Thread(
            target=lambda: [send_garbage(("127.0.0.1", server.port), make, 150) for make in GARBAGE.values()]))
        started = time.monotonic()
        for flood in floods:
            flood.start()
        for flood in floods:
            flood.join()
        seconds = time.monotonic() - started
        signed.finish()
        for connection in slow:
            connection.close()

        assert 200 not in answers and sum(answers.values()) == 4 * REQUESTS, answers
        grown = {"log": server.log.stat().st_size - before["log"], "audit": size_of(audit_folder(server)) - before["audit"],
                 "store": size_of(server.data / "store") - before["store"],
                 "memory": resident(server.process) - before["memory"]}
        new_records = len(audit_events(server)) - records
        after = metrics(url)
        print(f"\n{4 * REQUESTS} requests in {seconds:.1f} s; grown: {grown}; {len(signed.times)} signed requests, "
              f"the slowest {max(signed.times) * 1000:.0f} ms")
        # A dozen lines a core each ten seconds, however many requests.
        assert grown["log"] < 16 * KIB * (2 + seconds / 10), grown
        # The signed ones have their records; nobody else has one.
        assert new_records == len(signed.times), (new_records, len(signed.times))
        assert grown["audit"] < 2500 * (new_records + 1), grown
        assert figure(after, "kagimori_store_commits_total") - commits <= 2 + seconds / 30  # the clock is saved
        assert grown["store"] < 256 * KIB, grown
        assert grown["memory"] < 96 * MIB, grown
        # No label is a client's to make.
        assert len(after.splitlines()) <= len(series.splitlines()) + 40
        assert "Made" not in after and "AKIA" not in after
        # A summary comes every ten seconds, with the next request of the core that counted.
        stranger = aws_client(server, "kms", key="AKIAIOSFODNN7EXAMPLE", secret="x" * 40)
        deadline = time.monotonic() + 20
        while not re.search(r'requests without a verified signature.*"count":"\d{3,}"', server.log.read_text(errors="replace")):
            assert time.monotonic() < deadline, "the flood was never summed up"
            with pytest.raises(ClientError):
                stranger.list_keys()
            time.sleep(0.3)
    log = server.log.read_text(errors="replace")
    assert "AKIA0" not in log and "flood/" not in log


@pytest.mark.usefixtures("deployment")
def test_a_flood_of_broken_handshakes(deployment):  # noqa: F811
    folder, key_id, secret = deployment
    with Serve(folder) as server:
        address = ("127.0.0.1", int(server.url.rsplit(":", 1)[1]))
        kms = server.kms(key_id, secret)
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        send_garbage(address, GARBAGE["noise"], 20)
        before = (folder / "serve.log").stat().st_size
        memory = resident(server.process)
        signed = SignedClient(kms, key)
        signed.start()
        hello = tls_hello()
        for make in (GARBAGE["noise"], GARBAGE["a TLS hello"], lambda number: hello[: 20 + number % 200],
                     lambda number: hello + chance.randbytes(200)):
            send_quickly(address, make, 250)
        signed.finish()
        assert (folder / "serve.log").stat().st_size - before < 32 * KIB
        assert resident(server.process) - memory < 64 * MIB


def tls_hello():
    """The first bytes of a client."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


def send_quickly(address, make, count):
    for number in range(count):
        with socket.create_connection(address, timeout=10) as connection:
            connection.sendall(make(number))
