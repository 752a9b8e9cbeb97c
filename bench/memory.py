#!/usr/bin/env python3
"""What connections and cached keys cost in memory; prints one table.

    bench/memory.py [--build build/release] [--connections 10000] [--keys 100000]

Anonymous memory and locked memory of the server's process, from the kernel (smaps_rollup, status), before and after. Every
connection has served a request and is idle; every key has been created or used, so that it is in the cache. One serving core.
"""

import argparse
import resource
import socket
import ssl
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))
import run  # noqa: E402
from run import make  # noqa: E402


def memory(pid):
    """(anonymous, locked) bytes. The secret arena is memfd_secret's, which counts as locked and not as anonymous."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    anonymous = int(next(line for line in rollup.splitlines() if line.startswith("Anonymous:")).split()[1])
    status = Path(f"/proc/{pid}/status").read_text()
    locked = int(next(line for line in status.splitlines() if line.startswith("VmLck:")).split()[1])
    return anonymous * 1024, locked * 1024


def show(what, count, before, after):
    anonymous, locked = (after[i] - before[i] for i in range(2))
    each = f"{anonymous / count:.0f} B each" if count else ""
    print(f"{what:<46} {anonymous / 2**20:>10.1f} {locked / 2**20:>10.1f}  {each}", flush=True)


def open_connections(server, count, request):
    """Each has had an answer of 200."""
    url = urlsplit(server.url)
    context = ssl._create_unverified_context() if url.scheme == "https" else None
    connections = []
    for begin in range(0, count, 100):
        batch = []
        for _ in range(min(100, count - begin)):
            connection = socket.create_connection((url.hostname, url.port), timeout=30)
            if context:
                connection = context.wrap_socket(connection, server_hostname=url.hostname)
            connection.sendall(request)
            batch.append(connection)
        for connection in batch:
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 "), "no answer"
        connections += batch
    return connections


def idle_connections(server, count, request):
    before = memory(server.pid)
    connections = open_connections(server, count, request)
    time.sleep(5)  # until what an idle connection does not need has been given back
    after = memory(server.pid)
    scheme = "TLS 1.3" if urlsplit(server.url).scheme == "https" else "plain"
    show(f"{count} idle connections, {scheme}", count, before, after)
    for connection in connections:
        connection.close()
    time.sleep(3)
    show("  after they were closed", 0, before, memory(server.pid))


def cached_keys(bench, server, count):
    before = memory(server.pid)
    for begin in range(0, count, 10_000):  # the load client gives up after a minute
        bodies = make.create_key_bodies(min(10_000, count - begin))
        bench.drive(server, bench.requests(server, "CreateKey", bodies), connections=64)
    time.sleep(3)
    show(f"{count} cached keys", count, before, memory(server.pid))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release")
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument("--keys", type=int, default=100_000)
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < options.connections + 200:
        sys.exit(f"at most {hard} files are allowed; --connections must be fewer")
    program = options.build / "kagimori"
    print(f"{'what':<46} {'anon MiB':>10} {'locked MiB':>10}")
    with tempfile.TemporaryDirectory() as work:
        work = Path(work)
        bench = run.Bench(options, work)
        server = run.Server([program, "dev", "--data", work / "data", "--listen", "127.0.0.1:0", "--cores", 1])
        try:
            show("the server by itself", 0, (0, 0), memory(server.pid))
            request = make.Signer(run.target(server)).sign("ListKeys", b'{"Limit":1}')
            idle_connections(server, options.connections, request)
            cached_keys(bench, server, options.keys)
        finally:
            server.stop()
        server = run.production_server(program, work)
        try:
            request = make.Signer(run.target(server)).sign("ListKeys", b'{"Limit":1}')
            idle_connections(server, options.connections, request)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
