#!/usr/bin/env python3
"""A store of 1,000,000 keys under an open loop of 20,000 requests/s; prints one table.

    bench/million.py [--build build/release] [--keys 1000000] [--rounds 3] [--seconds 10] [--data FOLDER] [--only PART...]

The server has core 0, the client core 1. Requests are due at a fixed rate and their latency counts from when they were due.
Every round starts a server of its own, whose cache is empty, and goes over 10 keys, over a working set that is in the cache, and
over all keys at random; what is shown is the median of the rounds. The scrub is kept out of the way, but for the rows about it,
which alternate with and without.
"""

import argparse
import contextlib
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent))
import run  # noqa: E402

WORKING_SET = 100_000
SCRUB_RATE = 20_000  # the server's default
HARDLY = 100  # records a second: a scrub that is not noticed
PARTS = ("freshness", "load", "scrub", "cold")


def line(what, value, goal="", met=None, remarks=""):
    verdict = "" if met is None else "met" if met else "MISSED"
    print(f"{what:<58} {value:>16} {goal:>10} {verdict:<7} {remarks}".rstrip(), flush=True)


def call(*command, core=None, may_fall_behind=False):
    pinned = ["taskset", "-c", str(core)] if core is not None else []
    done = subprocess.run([*pinned, *map(str, command)], capture_output=True, text=True)
    if done.returncode != 0 and not (may_fall_behind and '"errors": 0' in done.stdout):
        sys.exit(f"{command[0]}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def memory(pid):
    """Bytes: anonymous memory, and the locked memory of secrets, which is no anonymous memory where it is memfd_secret."""
    anonymous = secret = 0
    mapped = ""
    for text in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        if re.match(r"[0-9a-f]+-[0-9a-f]+ ", text):
            mapped = text
        elif text.startswith("Anonymous:"):
            anonymous += int(text.split()[1]) * 1024
        elif text.startswith("Rss:") and "secretmem" in mapped:
            secret += int(text.split()[1]) * 1024
    return anonymous, secret


class Bench:
    def __init__(self, options, data):
        self.options, self.data = options, data
        self.ids = data.parent / (data.name + ".ids")
        self.program = options.build / "kagimori"
        self.fill = options.build / "bench/million/kagimori_fill_keys"
        self.load = options.build / "bench/million/kagimori_open_load"

    def make_store(self, data, keys, ids, *more):
        """A development server's data folder with that many keys; the rate at which they were made."""
        run.Server([self.program, "dev", "--data", data, "--listen", f"127.0.0.1:{run.free_port()}"]).stop()
        return call(self.fill, "--data", data, "--keys", keys, "--ids", ids, *more)["rate"] if keys else None

    @contextlib.contextmanager
    def server(self, scrub_rate=HARDLY):
        operators = f"127.0.0.1:{run.free_port()}"
        command = [self.program, "dev", "--data", self.data, "--listen", f"127.0.0.1:{run.free_port()}", "--cores", "1"]
        command += ["--metrics", operators, "--scrub-rate", scrub_rate, *self.options.server_option]
        started = time.monotonic()
        server = run.Server(command)
        server.ready_seconds = time.monotonic() - started
        server.metrics_url = f"http://{operators}/metrics"
        try:
            yield server
        finally:
            server.stop()

    def drive(self, server, first, count, requests=None, warmup=0, rate=None, connections=64, in_order=False):
        """Figures of the client, with what the server counted meanwhile."""
        rate = rate or self.options.rate
        requests = requests or int(rate * self.options.seconds)
        command = [self.load, "--port", urlsplit(server.url).port, "--rate", rate, "--requests", requests, "--warmup", warmup]
        command += ["--connections", connections, "--ids", self.ids, "--first", first, "--count", count]
        command += ["--in-order"] if in_order else []
        before, cpu = run.metrics(server.metrics_url), run.cpu_seconds(server.pid)
        figures = call(*command, core=run.CLIENT_CORE, may_fall_behind=True)
        cpu = run.cpu_seconds(server.pid) - cpu
        after = run.metrics(server.metrics_url)
        sent = figures["requests"] - figures["missing"]
        figures["cpu_us"] = cpu * 1e6 / sent
        for name in ("key_loads", "store_inline_reads", "store_queued_reads"):
            full = f"kagimori_{name}_total"
            figures[name] = after[full] - before[full]
        figures["misses"] = figures["key_loads"] / sent
        figures["cached"] = after["kagimori_cached_keys"]
        return figures


def show_load(what, rounds, goal=None, baseline=None):
    def middle(name):
        return statistics.median(one[name] for one in rounds)

    p99s = [one["p99_us"] for one in rounds]
    remarks = f"p50 {middle('p50_us'):.0f}, p99 {min(p99s):.0f}–{max(p99s):.0f}, p99.9 {middle('p999_us'):.0f} µs; "
    if missing := sum(one["missing"] for one in rounds):
        remarks += f"{missing} NOT ANSWERED in time; "
    remarks += f"missed the cache {middle('misses'):.1%}; CPU {middle('cpu_us'):.1f} µs; {middle('rate'):.0f}/s"
    line(f"{what}: p99, µs", f"{middle('p99_us'):.0f}", remarks=remarks)
    if baseline:
        ratio = statistics.median(mine["p99_us"] / other["p99_us"] for mine, other in zip(rounds, baseline))
        line(f"{what}: p99 of that of (a)", f"{ratio:.2f}", f"<= {goal}", ratio <= goal)


def load(bench):
    keys, mib = bench.options.keys, 2**20
    rounds = {"a": [], "b": [], "c": []}
    ready, anonymous, per_key, secrets = [], [], [], []
    for _ in range(bench.options.rounds):
        with bench.server() as server:
            ready.append(server.ready_seconds)
            rounds["a"].append(bench.drive(server, 0, 10, warmup=2000))
            few = memory(server.pid)
            anonymous.append(few[0])
            working_set = min(WORKING_SET, keys)
            bench.drive(server, 0, working_set, requests=working_set, rate=bench.options.rate / 2, in_order=True)
            many = memory(server.pid)
            per_key.append(sum(many) - sum(few))
            secrets.append(many[1] - few[1])
            rounds["b"].append(bench.drive(server, 0, working_set, warmup=2000))
            rounds["c"].append(bench.drive(server, 0, keys, warmup=2000))
            all_over = memory(server.pid)
    line(f"ready with {keys:,} keys, s", f"{statistics.median(ready):.2f}", "< 1", statistics.median(ready) < 1,
         f"{min(ready):.2f}–{max(ready):.2f}")
    show_load("(a) 10 keys", rounds["a"])
    show_load(f"(b) {WORKING_SET:,} cached keys", rounds["b"], 1.5, rounds["a"])
    show_load(f"(c) all {keys:,} keys", rounds["c"], 3, rounds["a"])
    line("anonymous memory after (a), MiB", f"{max(anonymous) / mib:.0f}", "< 256", max(anonymous) < 256 * mib)
    line("memory of a cached key, bytes", f"{statistics.median(per_key) / WORKING_SET:.0f}",
         remarks=f"of them locked {statistics.median(secrets) / WORKING_SET:.0f}")
    line("anonymous + locked memory after (c), MiB", f"{sum(all_over) / mib:.0f}")


def freshness(bench):
    folder = Path(tempfile.mkdtemp(prefix="ledger-", dir=bench.data.parent))
    try:
        bench.make_store(folder / "data", 0, None)
        for in_flight, keys in ((1, 4000), (64, 100_000), (1024, 200_000)):
            figures = call(bench.fill, "--data", folder / "data", "--keys", keys, "--in-flight", in_flight,
                           "--ledger-rounds", max(6, bench.options.rounds))
            # The folder's head is not what its ledger says after commits without it: each gets its own.
            shutil.rmtree(folder / "data")
            bench.make_store(folder / "data", 0, None)
            costs = [1 - mine / bare for mine, bare in zip(figures["with"], figures["without"])]
            cost = statistics.median(costs)
            line(f"ledger's cost of the commit rate, {in_flight} in flight", f"{cost:.1%}", "<= 10%", cost <= 0.1,
                 f"{min(costs):.1%}–{max(costs):.1%}; {statistics.median(figures['with']):.0f} of "
                 f"{statistics.median(figures['without']):.0f} keys/s")
    finally:
        shutil.rmtree(folder)


def scrub(bench):
    quiet, busy = [], []
    for number in range(2 * max(2, bench.options.rounds)):
        scrubbed = number % 2 == 1
        with bench.server(SCRUB_RATE if scrubbed else HARDLY) as server:
            time.sleep(3)  # until it has begun
            (busy if scrubbed else quiet).append(bench.drive(server, 0, 10, warmup=2000))
    show_load("(a) without the scrub", quiet)
    show_load(f"(a) while {SCRUB_RATE:,} records/s are scrubbed", busy)
    ratio = statistics.median(mine["p99_us"] / other["p99_us"] for mine, other in zip(busy, quiet))
    line("the scrub's effect on p99", f"{ratio:.2f}", "<= 1.10", ratio <= 1.1)


def forget_pages(data):
    """The store's tables leave the page cache: the next read of each page is the disk's."""
    os.sync()
    for table in (data / "store").glob("*.sst"):
        descriptor = os.open(table, os.O_RDONLY)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def remember_pages(data):
    for table in (data / "store").glob("*.sst"):
        with table.open("rb") as file:
            while file.read(1 << 22):
                pass


def cold(bench):
    """One request at a time to keys that nobody has used; their ids are in no order, so neither are their records."""
    count = 1000
    for warm in (True, False):
        (remember_pages if warm else forget_pages)(bench.data)
        with bench.server() as server:
            first = random.randrange(10, bench.options.keys - count)
            bench.drive(server, 0, 10, requests=2000, rate=200, connections=1)
            if not warm:
                forget_pages(bench.data)
            figures = bench.drive(server, first, count, requests=count, rate=200, connections=1, in_order=True)
        where = "a warm page cache" if warm else "the disk's pages"
        remarks = f"p50 {figures['p50_us']:.0f}, p99.9 {figures['p999_us']:.0f}, most {figures['max_us']:.0f} µs; of a key's reads "
        remarks += f"{figures['store_inline_reads'] / count:.2f} on the loop (memory held them), "
        remarks += f"{figures['store_queued_reads'] / count:.2f} on reader threads"
        line(f"a cold key's first use, {where}: p99, µs", f"{figures['p99_us']:.0f}", "< 1000" if warm else "",
             figures["p99_us"] < 1000 if warm else None, remarks)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, default=run.ROOT / "build/release")
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10, help="of each measurement")
    parser.add_argument("--rate", type=float, default=20_000, help="requests a second")
    parser.add_argument("--data", type=Path, help="where the filled store is kept, and found again; else it is thrown away")
    parser.add_argument("--server-option", action="append", default=[], help="for the server, such as --server-option=--allow-unlocked-memory")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    options = parser.parse_args()
    if (os.cpu_count() or 1) < 2 or not shutil.which("taskset"):
        sys.exit("needs two cores and taskset")
    with contextlib.ExitStack() as cleanup:
        data = options.data
        if data is None:
            folder = tempfile.mkdtemp(prefix="million-", dir=options.build)  # a real disk, where /tmp may be memory
            cleanup.callback(shutil.rmtree, folder)
            data = Path(folder) / "data"
        bench = Bench(options, data)
        print(f"load of the machine before: {' '.join(f'{load:.1f}' for load in os.getloadavg())}")
        if not bench.ids.exists():
            line(f"{options.keys:,} keys made, keys/s", f"{bench.make_store(data, options.keys, bench.ids):.0f}",
                 remarks="without their audit events")
        for part in PARTS:
            if part in options.only:
                globals()[part](bench)
        size = sum(file.stat().st_size for file in (data / "store").iterdir())
        line("the store on the disk, bytes a key", f"{size / options.keys:.0f}")


if __name__ == "__main__":
    main()
