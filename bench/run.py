#!/usr/bin/env python3
"""Kagimori against a bare epoll server that answers the same bytes, in one run, on one core each; prints one table.

    bench/run.py [--build build/release] [--requests 60000] [--rounds 5] [--tls] [--subject-url URL --subject-pid PID]

Servers are pinned to core 0, the client to core 1. Rounds alternate between the two, so that what disturbs the machine
disturbs both; a rate is the median of its rounds. CPU is what the server's threads ran, from the kernel's scheduler, over all
requests of the rounds. Every request is distinct and signed; every answer must be a 200.
"""

import argparse
import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench" / "load"))
import make_requests as make  # noqa: E402

SERVER_CORE, CLIENT_CORE = 0, 1
STAND_IN = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: 400\r\n\r\n" + b"x" * 400
HEADER = f"{'what':<44} {'rate/s':>10} {'p50 µs':>8} {'p99 µs':>8} {'CPU µs':>8}  remarks"


def row(what, rate="", p50="", p99="", cpu="", remarks=""):
    def text(value, form):
        return form.format(value) if isinstance(value, (int, float)) else value

    print(
        f"{what:<44} {text(rate, '{:.0f}'):>10} {text(p50, '{:.1f}'):>8} {text(p99, '{:.1f}'):>8} {text(cpu, '{:.2f}'):>8}  {remarks}".rstrip(),
        flush=True,
    )


class Server:
    """A process that prints `ready URL` on stdout, or accepts connections at `url`; pinned; stopped on exit."""

    def __init__(self, command, core=SERVER_CORE, url=None):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            ["taskset", "-c", str(core), *map(str, command)], stdout=subprocess.PIPE, stderr=self.log, text=True
        )
        self.url = url
        for line in self.process.stdout if url is None else self.until_accepting():
            if match := re.match(r"ready (https?://\S+)", line):
                self.url = match[1]
                break
        else:
            self.log.seek(0)
            sys.exit(f"{command[0]} ended before it was ready:\n{self.log.read().decode(errors='replace')[-2000:]}")
        self.pid = self.process.pid

    def until_accepting(self):
        address = (urlsplit(self.url).hostname, urlsplit(self.url).port)
        for _ in range(600):
            if self.process.poll() is not None:
                return
            with contextlib.suppress(OSError), socket.create_connection(address, 1):
                yield f"ready {self.url}"
                return
            time.sleep(0.1)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def target(server):
    """Whose signature the server takes: test/test, unless it is a production deployment with an access key of its own."""
    named = {"service": getattr(server, "service", "kms"), **getattr(server, "credentials", {})}
    return make.Target(urlsplit(server.url).netloc, **named)


def production_server(program, folder):
    """`kagimori init` and `serve` over TLS, with a certificate made for the occasion."""
    passphrase, certificate, key = folder / "passphrase", folder / "tls.pem", folder / "tls.key"
    passphrase.write_text(f"{os.urandom(16).hex()}\n")
    passphrase.chmod(0o600)
    openssl = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    subprocess.run([*openssl, "-subj", "/CN=127.0.0.1", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    data = folder / "tls-data"
    made = subprocess.run([program, "init", "--data", data, "--passphrase-file", passphrase, "--no-recovery"], capture_output=True, text=True)
    if made.returncode != 0:
        sys.exit(f"kagimori init: {made.stderr}")
    config = folder / "kagimori.toml"
    port = free_port()
    config.write_text(
        f'data = "{data}"\nlisten = "127.0.0.1:{port}"\ncores = 1\ntls-certificate = "{certificate}"\n'
        f'tls-key = "{key}"\npassphrase-file = "{passphrase}"\naudit-reserve = 16\n'
    )
    server = Server([program, "serve", "--config", config], url=f"https://127.0.0.1:{port}")
    found = {name: re.search(rf"{label}: +(\S+)", made.stdout)[1]
             for name, label in (("access_key", "Access key id"), ("secret_key", "Secret access key"))}
    server.credentials = found
    return server


class Remote:
    """A server that someone else started."""

    def __init__(self, url, pid):
        self.url, self.pid = url, pid

    def stop(self):
        pass


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cpu_seconds(pid):
    """What the process's living threads have run, to the nanosecond."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            total += int((task / "schedstat").read_text().split()[0])
        except FileNotFoundError:
            pass  # a thread that has just ended
    return total / 1e9


class Bench:
    def __init__(self, options, work):
        self.options, self.work = options, work
        self.load = options.build / "bench/load/kagimori_load"
        self.bare = options.build / "bench/load/kagimori_bare_server"

    def bare_server(self, response, tls=False):
        path = self.work / "response"
        path.write_bytes(response)
        return Server([self.bare, "--response", path, *(["--tls"] if tls else [])])

    def drive(self, server, requests, connections=64, save=None):
        url = urlsplit(server.url)
        count = sum(1 for _ in make.read_messages(requests))
        command = ["taskset", "-c", str(CLIENT_CORE), self.load, "--port", url.port, "--requests", requests]
        command += ["--connections", connections, "--warmup", count // 20]
        command += ["--tls"] if url.scheme == "https" else []
        command += ["--save", save] if save else []
        before = cpu_seconds(server.pid)
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"the load failed: {done.stdout}{done.stderr}")
        figures = json.loads(done.stdout)
        figures["cpu_us"] = (cpu_seconds(server.pid) - before) * 1e6 / figures["requests"]
        return figures

    def requests(self, server, operation, bodies):
        signer = make.Signer(target(server))
        path = self.work / "requests"
        make.write_messages(path, (signer.sign(operation, body) for body in bodies))
        return path


def median(rounds, name):
    return statistics.median(figures[name] for figures in rounds)


def show(what, rounds, baseline=None):
    remarks = []
    if baseline:
        ratios = [mine["rate"] / bare["rate"] for mine, bare in zip(rounds, baseline)]
        remarks.append(f"{statistics.median(ratios):.2f} of bare ({min(ratios):.2f}–{max(ratios):.2f})")
    if (busy := median(rounds, "client_busy")) > 0.95:
        remarks.append(f"client {busy:.0%} busy: the rate may be the client's")
    row(what, median(rounds, "rate"), median(rounds, "p50_us"), median(rounds, "p99_us"), median(rounds, "cpu_us"), "; ".join(remarks))


def ask(server, operation, body):
    """One request on a connection of its own: (status, the answer's bytes as sent, body)."""
    url = urlsplit(server.url)
    request = make.Signer(target(server)).sign(operation, body)
    if url.scheme == "https":
        connection = http.client.HTTPSConnection(url.hostname, url.port, context=ssl._create_unverified_context(), timeout=20)
    else:
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=20)
    connection.connect()
    connection.sock.sendall(request)
    raw = b""
    while True:
        head, found, rest = raw.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        if found and len(rest) >= int(length[1] if length else 0):
            break
        more = connection.sock.recv(65536)
        if not more:
            sys.exit(f"{operation}: the connection ended early")
        raw += more
    connection.close()
    status = int(raw.split(b" ", 2)[1])
    if status != 200:
        sys.exit(f"{operation}: {raw[:600].decode(errors='replace')}")
    return raw, json.loads(rest)


def alternate(bench, what, subject, operation, make_bodies, response, save=None):
    """Rounds of bare and subject in turn, both rows shown; the bodies of the subject's last answers go to `save`."""
    tls = urlsplit(subject.url).scheme == "https"
    bare = bench.bare_server(response, tls)
    bare_rounds, rounds = [], []
    try:
        for _ in range(bench.options.rounds):
            requests = bench.requests(subject, operation, make_bodies())
            bare_rounds.append(bench.drive(bare, requests))
            rounds.append(bench.drive(subject, requests, save=save))
    finally:
        bare.stop()
    show(f"bare epoll server, the answer of {what}", bare_rounds)
    show(what, rounds, bare_rounds)


def symmetric(bench, subject):
    count = bench.options.requests
    _, created = ask(subject, "CreateKey", b'{"Description":"benchmark"}')
    arn = created["KeyMetadata"]["Arn"]
    saved = bench.work / "answers"

    raw, _ = ask(subject, "Encrypt", next(make.encrypt_bodies(arn, 1)))
    suffix = " over TLS" if urlsplit(subject.url).scheme == "https" else ""
    alternate(bench, f"Encrypt 32 B{suffix}", subject, "Encrypt", lambda: make.encrypt_bodies(arn, count), raw, saved)

    def decrypt_bodies():
        bench.drive(subject, bench.requests(subject, "Encrypt", make.encrypt_bodies(arn, count)), save=saved)
        return make.decrypt_bodies(json.loads(answer)["CiphertextBlob"] for answer in make.read_messages(saved))

    first = next(make.decrypt_bodies(json.loads(answer)["CiphertextBlob"] for answer in make.read_messages(saved)))
    raw, _ = ask(subject, "Decrypt", first)
    alternate(bench, f"Decrypt 32 B{suffix}", subject, "Decrypt", decrypt_bodies, raw)

    raw, _ = ask(subject, "GenerateDataKey", next(make.data_key_bodies(arn, 1)))
    alternate(bench, f"GenerateDataKey AES_256{suffix}", subject, "GenerateDataKey", lambda: make.data_key_bodies(arn, count), raw)


def metrics(url):
    """The sums of all series, by name; empty where there is no listener for them."""
    if not url:
        return {}
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    connection.request("GET", parts.path or "/metrics")
    answer = connection.getresponse()
    if answer.status != 200:
        return {}
    sums = {}
    for line in answer.read().decode().splitlines():
        if match := re.match(r"(\w+)(?:\{[^}]*\})? (\S+)", line):
            sums[match[1]] = sums.get(match[1], 0) + float(match[2])
    return sums


def sync_rate(folder):
    """What the disk gives one writer that waits for each write: 4 KiB and fdatasync, one second."""
    path = folder / "sync-probe"
    fd = os.open(path, os.O_CREAT | os.O_WRONLY)
    count, end = 0, time.monotonic() + 1
    while time.monotonic() < end:
        os.write(fd, b"x" * 4096)
        os.fdatasync(fd)
        count += 1
    os.close(fd)
    path.unlink()
    return count


def key_creation(bench, subject, metrics_url, data):
    row("fdatasync of 4 KiB, one after the other", sync_rate(data), remarks="the same disk")
    for connections, count in ((1, bench.options.keys // 8), (64, bench.options.keys)):
        requests = bench.requests(subject, "CreateKey", make.create_key_bodies(count))
        before = metrics(metrics_url)
        figures = bench.drive(subject, requests, connections)
        after = metrics(metrics_url)
        parts = []
        for name, label in (("kagimori_store_syncs_total", "syncs"), ("kagimori_store_commits_total", "commits")):
            if name in after:
                parts.append(f"{(after[name] - before.get(name, 0)) / count:.2f} {label} a key")
            else:
                parts.append(f"{label}: no metric {name}")
        show_clients = "one client: one commit at a time" if connections == 1 else f"{connections} clients"
        row(f"CreateKey, {show_clients}", figures["rate"], figures["p50_us"], figures["p99_us"], figures["cpu_us"], ", ".join(parts))


def bare_alone(bench):
    """The client and the baseline against each other, in the clear and under TLS."""
    arn = "arn:aws:kms:us-east-1:000000000000:key/00000000-0000-4000-8000-000000000000"
    for tls in (False, True):
        bare = bench.bare_server(STAND_IN, tls)
        try:
            requests = bench.requests(bare, "Encrypt", make.encrypt_bodies(arn, bench.options.requests))
            show("bare epoll server" + (", TLS 1.3" if tls else ""), [bench.drive(bare, requests) for _ in range(bench.options.rounds)])
        finally:
            bare.stop()


def microbenchmarks(build):
    program = build / "bench/kagimori_microbench"
    if not program.exists():
        row("microbenchmarks", remarks="skipped: there are none")
        return
    command = ["taskset", "-c", str(SERVER_CORE), program, "--benchmark_format=json", "--benchmark_min_time=0.2"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"the microbenchmarks failed:\n{done.stderr[-2000:]}")
    scale = {"ns": 1e-3, "us": 1, "ms": 1e3, "s": 1e6}
    for result in json.loads(done.stdout)["benchmarks"]:
        if result.get("error_occurred"):
            sys.exit(f"{result['name']}: {result['error_message']}")
        cpu = result["cpu_time"] * scale[result["time_unit"]]
        row(result["name"], 1e6 / cpu if cpu else "", cpu=f"{cpu:.3f}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, default=ROOT / "build/release")
    parser.add_argument("--requests", type=int, default=60_000, help="a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keys", type=int, default=4000, help="created by 64 clients; an eighth of it by one")
    parser.add_argument("--tls", action="store_true", help="the bare server alone, in the clear and under TLS")
    parser.add_argument("--no-micro", action="store_true")
    parser.add_argument("--subject-url", help="a running server instead of one of our own (with --subject-pid)")
    parser.add_argument("--subject-pid", type=int)
    parser.add_argument("--metrics-url", help="where a running server's metrics are")
    options = parser.parse_args()
    if (os.cpu_count() or 1) < 2 or not shutil.which("taskset"):
        sys.exit("needs two cores and taskset")

    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=options.build))  # a real disk, where /tmp may be memory
    subject = None
    try:
        bench = Bench(options, folder)
        print(HEADER)
        if not options.no_micro:
            microbenchmarks(options.build)
        program = options.build / "kagimori"
        metrics_url = None
        if options.subject_url:
            subject = Remote(options.subject_url, options.subject_pid)
        elif program.exists() and not options.tls:
            data = folder / "data"
            listen, operators = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
            command = [program, "dev", "--data", data, "--listen", listen, "--metrics", operators, "--cores", "1"]
            subject = Server(command)
            metrics_url = options.metrics_url or f"http://{operators}/metrics"
        if subject is None:
            row("kagimori", remarks="skipped" if options.tls else "skipped: the server is not built")
            bare_alone(bench)
            return
        symmetric(bench, subject)
        if not options.subject_url:
            key_creation(bench, subject, metrics_url, folder)
            subject.stop()
            subject = production_server(program, folder)
            symmetric(bench, subject)
    finally:
        if subject:
            subject.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
