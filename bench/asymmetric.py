#!/usr/bin/env python3
"""What signing, MACs, asymmetric decryption and key agreement cost over HTTP, beyond the bare library; prints one table a part.

    bench/asymmetric.py [--build build/release] [--rounds 3] [--seconds 1.5] [--only library cores generation] [--spec SPEC...]

library     Kagimori on one core against the same operation of the bare library on that core (bench/load/bare_crypto.cc), and a
            bare HTTP exchange of the same bytes; rounds alternate between the three.
cores       a server of one core, then one of two, in turn. With two the client shares them, so that the rate is asked for where
            the client needs next to nothing: operations of some milliseconds.
generation  p99 of Encrypt at a fixed rate (an open loop), with and without clients that have RSA-4096 pairs generated as fast as
            they get them.

Servers are pinned to core 0 (or to both), the client to core 1. Every request is distinct and signed; every answer must be a 200.
"""

import argparse
import base64
import contextlib
import http.client
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent))
import run  # noqa: E402
from run import make  # noqa: E402

PARTS = ("library", "cores", "generation")
LONG_US = 200  # from here on the rate is held against the library's, before it the CPU beyond the library's
GOAL_SHARE, GOAL_EXTRA_US, GOAL_CORES_CPU, GOAL_CORES_RATE, GOAL_P99 = 0.9, 11, 1.08, 1.85, 3
EXCHANGE_US = 20  # of a request beyond its operation: for how many make up a round

SIGNING = {
    "RSA_2048": "RSASSA_PKCS1_V1_5_SHA_256", "RSA_3072": "RSASSA_PKCS1_V1_5_SHA_256", "RSA_4096": "RSASSA_PKCS1_V1_5_SHA_256",
    "ECC_NIST_P256": "ECDSA_SHA_256", "ECC_NIST_P384": "ECDSA_SHA_384", "ECC_NIST_P521": "ECDSA_SHA_512",
    "ECC_SECG_P256K1": "ECDSA_SHA_256", "ECC_NIST_EDWARDS25519": "ED25519_SHA_512",
    "ML_DSA_44": "ML_DSA_SHAKE_256", "ML_DSA_65": "ML_DSA_SHAKE_256", "ML_DSA_87": "ML_DSA_SHAKE_256",
}
MACS = ("HMAC_256", "HMAC_512")
DECRYPTING = ("RSA_2048", "RSA_3072", "RSA_4096")
AGREEING = ("ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521")
USAGES = {"sign": "SIGN_VERIFY", "verify": "SIGN_VERIFY", "mac": "GENERATE_VERIFY_MAC", "verify-mac": "GENERATE_VERIFY_MAC",
          "decrypt": "ENCRYPT_DECRYPT", "derive": "KEY_AGREEMENT"}
OPERATIONS = {"sign": "Sign", "verify": "Verify", "mac": "GenerateMac", "verify-mac": "VerifyMac", "decrypt": "Decrypt",
              "derive": "DeriveSharedSecret"}


@dataclass(frozen=True)
class Case:
    kind: str  # what the bare library is told
    spec: str

    @property
    def operation(self):
        return OPERATIONS[self.kind]

    def __str__(self):
        return f"{self.operation} {self.spec}"


CASES = [Case(kind, spec) for spec in SIGNING for kind in ("sign", "verify")]
CASES += [Case(kind, spec) for spec in MACS for kind in ("mac", "verify-mac")]
CASES += [Case("decrypt", spec) for spec in DECRYPTING] + [Case("derive", spec) for spec in AGREEING]


def text(data):
    return base64.b64encode(data).decode()


def body(**members):
    return json.dumps(members, separators=(",", ":")).encode()


def create(server, spec, usage):
    _, made = run.ask(server, "CreateKey", body(KeySpec=spec, KeyUsage=usage))
    return made["KeyMetadata"]["Arn"]


class Bodies:
    """Requests of a case, as many as wanted. What has to be made by the server (signatures, ciphertexts, peers) is made in a
    small number and taken in turn."""

    FEW = 32

    def __init__(self, server, case):
        self.case, self.key = case, create(server, case.spec, USAGES[case.kind])
        self.made = [self.prepare(server) for _ in range(self.FEW if case.kind != "derive" else 4)]

    def common(self):
        spec, kind = self.case.spec, self.case.kind
        if kind in ("sign", "verify"):
            return {"KeyId": self.key, "SigningAlgorithm": SIGNING[spec], "MessageType": "RAW"}
        if kind in ("mac", "verify-mac"):
            return {"KeyId": self.key, "MacAlgorithm": spec.replace("_", "_SHA_")}
        if kind == "decrypt":
            return {"KeyId": self.key, "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
        return {"KeyId": self.key, "KeyAgreementAlgorithm": "ECDH"}

    def prepare(self, server):
        message = text(os.urandom(64))
        if self.case.kind == "verify":
            _, signed = run.ask(server, "Sign", body(**self.common(), Message=message))
            return {"Message": message, "Signature": signed["Signature"]}
        if self.case.kind == "verify-mac":
            _, made = run.ask(server, "GenerateMac", body(**self.common(), Message=message))
            return {"Message": message, "Mac": made["Mac"]}
        if self.case.kind == "decrypt":
            _, made = run.ask(server, "Encrypt", body(**self.common(), Plaintext=text(os.urandom(32))))
            return {"CiphertextBlob": made["CiphertextBlob"]}
        if self.case.kind == "derive":
            _, peer = run.ask(server, "GetPublicKey", body(KeyId=create(server, self.case.spec, "KEY_AGREEMENT")))
            return {"PublicKey": peer["PublicKey"]}
        return {}

    def make(self, count):
        for index in range(count):
            members = self.common() | self.made[index % len(self.made)]
            if self.case.kind in ("sign", "mac"):
                members["Message"] = text(os.urandom(64))
            yield body(**members)


def bare_library(bench, case, seconds):
    kind = "mac" if case.kind == "verify-mac" else case.kind
    command = ["taskset", "-c", str(run.SERVER_CORE), bench.library, kind, case.spec, "--seconds", str(seconds)]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{case}: {done.stderr}")
    return json.loads(done.stdout)


def kagimori(bench, cores, pinned):
    command = [bench.options.build / "kagimori", "dev", "--data", bench.work / f"data-{uuid.uuid4()}", "--cores", str(cores)]
    return run.Server([*command, "--listen", f"127.0.0.1:{run.free_port()}"], core=pinned)


def requests_of(bench, server, bodies, operation_us):
    count = int(bench.options.seconds * 1e6 / (operation_us + EXCHANGE_US))
    return bench.requests(server, bodies.case.operation, bodies.make(max(200, min(count, 60_000))))


def verdict(met):
    return "met" if met else "MISSED"


def middle(rounds, name):
    return statistics.median(one[name] for one in rounds)


def library(bench, cases):
    print(f"{'one core':<38} {'library/s':>10} {'over HTTP/s':>11} {'of it':>6} {'library µs':>10} {'HTTP µs':>8} "
          f"{'Kagimori µs':>11} {'beyond µs':>9}  goal")
    server = kagimori(bench, 1, run.SERVER_CORE)
    try:
        for case in cases:
            bodies = Bodies(server, case)
            raw, _ = run.ask(server, case.operation, next(bodies.make(1)))
            bare = bench.bare_server(raw)
            plain, exchanges, rounds = [], [], []
            try:
                for _ in range(bench.options.rounds):
                    plain.append(bare_library(bench, case, bench.options.seconds / 2))
                    requests = requests_of(bench, server, bodies, plain[-1]["cpu_us"])
                    rounds.append(bench.drive(server, requests))
                    exchanges.append(bench.drive(bare, requests))
            finally:
                bare.stop()
            share = statistics.median(mine["rate"] / one["rate"] for mine, one in zip(rounds, plain))
            beyond = statistics.median(mine["cpu_us"] - one["cpu_us"] for mine, one in zip(rounds, plain))
            if middle(plain, "cpu_us") > LONG_US:
                goal = f"{verdict(share >= GOAL_SHARE)}: rate >= {GOAL_SHARE:.0%}"
            else:
                goal = f"{verdict(beyond <= GOAL_EXTRA_US)}: <= {GOAL_EXTRA_US} µs beyond"
            print(f"{case!s:<38} {middle(plain, 'rate'):>10.0f} {middle(rounds, 'rate'):>11.0f} {share:>6.2f} "
                  f"{middle(plain, 'cpu_us'):>10.2f} {middle(exchanges, 'cpu_us'):>8.2f} {middle(rounds, 'cpu_us'):>11.2f} "
                  f"{beyond:>9.2f}  {goal}", flush=True)
    finally:
        server.stop()


SCALED = [Case("sign", "RSA_4096"), Case("sign", "RSA_2048"), Case("decrypt", "RSA_3072"), Case("sign", "ECC_NIST_P521"),
          Case("sign", "ECC_NIST_P256"), Case("mac", "HMAC_256")]


def cores(bench, cases):
    print(f"{'two cores against one':<38} {'one/s':>10} {'two/s':>10} {'ratio':>6} {'one, µs':>9} {'two, µs':>9} {'ratio':>6}  goal")
    for case in cases:
        one, two = [], []
        for _ in range(bench.options.rounds):
            for count, pinned, rounds in ((1, run.SERVER_CORE, one), (2, f"{run.SERVER_CORE},{run.CLIENT_CORE}", two)):
                server = kagimori(bench, count, pinned)
                try:
                    bodies = Bodies(server, case)
                    operation_us = bare_library(bench, case, 0.1)["cpu_us"] / count
                    rounds.append(bench.drive(server, requests_of(bench, server, bodies, operation_us)))
                finally:
                    server.stop()
        rate = statistics.median(b["rate"] / a["rate"] for a, b in zip(one, two))
        cpu = statistics.median(b["cpu_us"] / a["cpu_us"] for a, b in zip(one, two))
        goal = f"{verdict(cpu <= GOAL_CORES_CPU)}: CPU <= {GOAL_CORES_CPU}"
        if middle(one, "cpu_us") > LONG_US:
            goal += f"; {verdict(rate >= GOAL_CORES_RATE)}: rate >= {GOAL_CORES_RATE}"
        print(f"{case!s:<38} {middle(one, 'rate'):>10.0f} {middle(two, 'rate'):>10.0f} {rate:>6.2f} {middle(one, 'cpu_us'):>9.1f} "
              f"{middle(two, 'cpu_us'):>9.1f} {cpu:>6.2f}  {goal}", flush=True)


class PairClients:
    """Clients each of which asks for its next RSA-4096 pair as soon as it has one, or is refused."""

    def __init__(self, server, key, count):
        self.server, self.key, self.stopping = server, key, threading.Event()
        self.made = self.refused = 0
        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(count)]

    def work(self):
        signer = make.Signer(run.target(self.server))
        url = urlsplit(self.server.url)
        while not self.stopping.is_set():
            connection = http.client.HTTPConnection(url.hostname, url.port, timeout=120)
            connection.connect()
            connection.sock.sendall(signer.sign("GenerateDataKeyPair", body(KeyId=self.key, KeyPairSpec="RSA_4096")))
            answer = http.client.HTTPResponse(connection.sock)
            answer.begin()
            answer.read()
            connection.close()
            if answer.status == 200:
                self.made += 1
            else:
                self.refused += 1
                time.sleep(0.05)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        time.sleep(1)
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join()


def generation(bench, _):
    options = bench.options
    print(f"{'Encrypt on one core':<38} {'rate/s':>10} {'p50 µs':>8} {'p99 µs':>8} {'p99.9':>8}  remarks")
    for rate in options.rate:
        without, meanwhile, pairs = [], [], []
        for _ in range(options.rounds):
            server = kagimori(bench, 1, run.SERVER_CORE)
            try:
                key = create(server, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")
                (bench.work / "ids").write_bytes(uuid.UUID(key.rsplit("/", 1)[1]).bytes)
                without.append(open_loop(bench, server, rate))
                with PairClients(server, key, options.pair_clients) as clients:
                    meanwhile.append(open_loop(bench, server, rate))
                    pairs.append(clients.made)
            finally:
                server.stop()
        ratio = statistics.median(b["p99_us"] / a["p99_us"] for a, b in zip(without, meanwhile))
        for what, rounds in (("alone", without), (f"while {options.pair_clients} clients have pairs made", meanwhile)):
            p99s = [one["p99_us"] for one in rounds]
            remarks = f"p99 {min(p99s):.0f}–{max(p99s):.0f}"
            if missing := sum(one["missing"] for one in rounds):
                remarks += f"; {missing} NOT ANSWERED in time"
            print(f"{what:<38} {middle(rounds, 'rate'):>10.0f} {middle(rounds, 'p50_us'):>8.0f} {middle(rounds, 'p99_us'):>8.0f} "
                  f"{middle(rounds, 'p999_us'):>8.0f}  {remarks}", flush=True)
        print(f"{'p99 of that alone':<38} {ratio:>10.2f}  {verdict(ratio < GOAL_P99)}: < {GOAL_P99}; pairs made meanwhile: {pairs}")


def open_loop(bench, server, rate):
    command = ["taskset", "-c", run.CLIENT_CORE, bench.open_load, "--port", urlsplit(server.url).port, "--rate", rate]
    command += ["--requests", int(rate * 3 * bench.options.seconds), "--warmup", int(rate / 2), "--ids", bench.work / "ids"]
    done = subprocess.run([*map(str, command), "--count", "1"], capture_output=True, text=True)
    if done.returncode != 0 and '"errors": 0' not in done.stdout:
        sys.exit(f"the load failed: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, default=run.ROOT / "build/release")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.5, help="of a round")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--spec", nargs="+", help="these key specs alone")
    parser.add_argument("--rate", nargs="+", type=float, default=[5000, 20000], help="Encrypt/s while pairs are generated")
    parser.add_argument("--pair-clients", type=int, default=8)
    options = parser.parse_args()
    if (os.cpu_count() or 1) < 2 or not shutil.which("taskset"):
        sys.exit("needs two cores and taskset")
    with contextlib.ExitStack() as cleanup:
        folder = tempfile.mkdtemp(prefix="bench-", dir=options.build)  # a real disk, where /tmp may be memory
        cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
        bench = run.Bench(options, Path(folder))
        bench.library = options.build / "bench/load/kagimori_bare_crypto"
        bench.open_load = options.build / "bench/million/kagimori_open_load"
        print(f"load of the machine before: {' '.join(f'{load:.1f}' for load in os.getloadavg())}")
        for part in PARTS:
            if part in options.only:
                cases = SCALED if part == "cores" else CASES
                globals()[part](bench, [case for case in cases if not options.spec or case.spec in options.spec])


if __name__ == "__main__":
    main()
