#!/usr/bin/env python3
"""What rotation costs: Decrypt with a key of 25 rotations against one of none, and 100,000 keys that are all due at once.

    bench/life.py [--build build/release] [--requests 40000] [--rounds 5] [--keys 100000] [--rate 5000] [--only PART...]

`--rate 0`: nothing but the rotations, with the server's CPU for each.

Goals: within 5 %, oldest material included; rotated at the rate of the store's grouped commits, which is that at which the same
keys are made, and p99 of Encrypt at most twice what it is without. The server has core 0, the client core 1.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import boto3

sys.path.insert(0, str(Path(__file__).resolve().parent))
import million  # noqa: E402
import run  # noqa: E402
from million import line  # noqa: E402
from run import make  # noqa: E402

ROTATIONS = 25
PERIOD = 90  # days
PARTS = ("rotations", "due")


def rotate(kms, key):
    before = len(kms.list_key_rotations(KeyId=key)["Rotations"])
    kms.rotate_key_on_demand(KeyId=key)
    while len(kms.list_key_rotations(KeyId=key)["Rotations"]) == before:
        time.sleep(0.1)


def encrypt(server, key):
    _, answer = run.ask(server, "Encrypt", next(make.encrypt_bodies(key, 1)))
    return answer["CiphertextBlob"]


def rotations(options, folder):
    bench = run.Bench(options, folder)
    command = [options.build / "kagimori", "dev", "--data", folder / "data", "--listen", "127.0.0.1:0", "--cores", "1"]
    server = run.Server(command)
    try:
        kms = boto3.client("kms", endpoint_url=server.url, region_name="us-east-1", aws_access_key_id="test",
                           aws_secret_access_key="test")
        young, old = (kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2))
        blobs = {"no rotation": encrypt(server, young), f"oldest of {ROTATIONS} rotations": encrypt(server, old)}
        for _ in range(ROTATIONS):
            rotate(kms, old)
        blobs[f"newest of {ROTATIONS} rotations"] = encrypt(server, old)
        rounds = {name: [] for name in blobs}
        for _ in range(options.rounds):
            for name, blob in blobs.items():
                rounds[name].append(bench.drive(server, bench.requests(server, "Decrypt", make.decrypt_bodies([blob] * options.requests))))
        print(run.HEADER)
        for name, measured in rounds.items():
            run.show(f"Decrypt 32 B, {name}", measured, None if name == "no rotation" else rounds["no rotation"])
    finally:
        server.stop()


def due(options, folder):
    data = folder / "due"
    bench = million.Bench(SimpleNamespace(build=options.build, rounds=1, seconds=5, rate=options.rate, server_option=[]), data)
    made = bench.make_store(data, options.keys, bench.ids, "--rotation-days", PERIOD)
    line(f"{options.keys:,} keys made, keys/s", f"{made:.0f}")
    with bench.server() as server:
        loaded = options.rate > 0
        if loaded:
            bench.drive(server, 0, 10, requests=2000)
        quiet = [bench.drive(server, 0, 10) for _ in range(options.rounds)] if loaded else []
        cpu = run.cpu_seconds(server.pid)
        started = time.monotonic()
        advance = subprocess.Popen([options.build / "kagimori", "dev", "clock", "advance", f"{PERIOD}d", "--data", data],
                                   stdout=subprocess.DEVNULL)
        took = []
        waiting = threading.Thread(target=lambda: (advance.wait(), took.append(time.monotonic() - started)))
        waiting.start()
        busy = []
        while loaded and advance.poll() is None:
            busy.append(bench.drive(server, 0, 10, requests=int(options.rate)))
        waiting.join()
        cpu = run.cpu_seconds(server.pid) - cpu
        if advance.returncode != 0:
            sys.exit("the clock could not be moved")
    rate = options.keys / took[0]
    line(f"{options.keys:,} due keys rotated, keys/s", f"{rate:.0f}", f">= {0.5 * made:.0f}", rate >= 0.5 * made,
         f"{rate / made:.2f} of the rate at which they were made, in {took[0]:.1f} s")
    if not loaded:
        line("CPU of the server for each, µs", f"{cpu * 1e6 / options.keys:.0f}")
        return
    before, during = (statistics.median(one["p99_us"] for one in figures) for figures in (quiet, busy))
    line(f"Encrypt at {options.rate}/s meanwhile: p99, µs", f"{during:.0f}", f"<= {2 * before:.0f}", during <= 2 * before,
         f"{before:.0f} without; the worst second {max(one['p99_us'] for one in busy):.0f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--build", type=Path, default=run.ROOT / "build/release")
    parser.add_argument("--requests", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keys", type=int, default=100_000)
    parser.add_argument("--rate", type=int, default=5_000, help="of Encrypt, requests a second")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    options = parser.parse_args()
    options.build = options.build.resolve()
    folder = Path(tempfile.mkdtemp(prefix="life-", dir=options.build))
    try:
        for part in options.only:
            globals()[part](options, folder)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
