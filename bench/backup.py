#!/usr/bin/env python3
"""What an online backup costs those who work beside it.

    bench/backup.py [--binary build/release/kagimori] [--keys 5000] [--seconds 10] [--rate MIB]

Fills a development store with keys, then measures, first alone and then with one backup after the other running: the rate of
CreateKey (8 connections) and the p50 and p99 of Encrypt (one connection). Prints the backups' MB/s, too. The clients run on
the same machine, so the rates are low; what counts is the difference between the two rows."""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))


class Load:
    """CreateKey as fast as it goes on some connections, Encrypt on one, until it is stopped."""

    def __init__(self, make_client, key, creators=8):
        self.ending = threading.Event()
        self.created = 0
        self.latencies = []
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.create, args=(make_client(),)) for _ in range(creators)]
        self.threads.append(threading.Thread(target=self.encrypt, args=(make_client(), key)))

    def create(self, kms):
        while not self.ending.is_set():
            kms.create_key()
            with self.lock:
                self.created += 1

    def encrypt(self, kms, key):
        while not self.ending.is_set():
            begin = time.perf_counter()
            kms.encrypt(KeyId=key, Plaintext=b"0123456789abcdef")
            self.latencies.append(time.perf_counter() - begin)

    def run(self, seconds, meanwhile=lambda deadline: time.sleep(max(0.0, deadline - time.monotonic()))):
        begin = time.monotonic()
        for thread in self.threads:
            thread.start()
        meanwhile(begin + seconds)
        took = time.monotonic() - begin
        self.ending.set()
        for thread in self.threads:
            thread.join()
        cuts = statistics.quantiles(self.latencies, n=100)
        return self.created / took, cuts[49] * 1000, cuts[98] * 1000


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=ROOT / "build/release/kagimori")
    parser.add_argument("--keys", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rate", type=int, default=0)
    options = parser.parse_args()
    os.environ["KAGIMORI_BINARY"] = str(options.binary)
    from conformance.support.clients import aws_client
    from conformance.support.server import Server

    with tempfile.TemporaryDirectory() as folder, Server(Path(folder) / "data") as server:
        make_client = lambda: aws_client(server, "kms")  # noqa: E731
        key = make_client().create_key()["KeyMetadata"]["KeyId"]
        filling = Load(make_client, key, creators=16)
        filling.run(0, lambda _: [time.sleep(0.2) for _ in iter(lambda: filling.created < options.keys, False)])
        done = []

        def back_up(deadline):
            while time.monotonic() < deadline:
                out = Path(folder) / f"backup-{len(done)}"
                begin = time.monotonic()
                subprocess.run([options.binary, "backup", "--data", server.data, "--out", out, "--backup-code-out",
                                f"{out}.code", "--rate", str(options.rate)], check=True, stdout=subprocess.DEVNULL)
                done.append((out.stat().st_size, time.monotonic() - begin))
                out.unlink()

        print(f"{'':<28}{'CreateKey/s':>12}{'Encrypt p50 ms':>16}{'p99 ms':>9}")
        for name, meanwhile in (("alone", None), ("beside backups", back_up), ("alone again", None)):
            arguments = (options.seconds,) if meanwhile is None else (options.seconds, meanwhile)
            rate, p50, p99 = Load(make_client, key).run(*arguments)
            print(f"{name:<28}{rate:>12.0f}{p50:>16.2f}{p99:>9.2f}")
        size, took = max(done)
        mean = sum(size for size, _ in done) / sum(took for _, took in done)
        print(f"{len(done)} backups, {size / 1e6:.1f} MB the largest, {mean / 1e6:.1f} MB/s with the program's start and the file's sync")


if __name__ == "__main__":
    main()
