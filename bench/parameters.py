#!/usr/bin/env python3
"""The Parameter Store against KMS's own Decrypt, and how long its pages take when there are many parameters.

    bench/parameters.py [--build build/release] [--requests 20000] [--rounds 5] [--parameters 100000] [--only PART...]

Goals: GetParameter with decryption at 60 % of Decrypt's rate; GetParametersByPath of ten SecureStrings under 4 times a Decrypt
(CPU); pages of DescribeParameters and by path under 2 ms whatever the total. The server has core 0, the client core 1.
"""

import argparse
import base64
import json
import shutil
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
from botocore.config import Config

sys.path.insert(0, str(Path(__file__).resolve().parent))
import run  # noqa: E402
from million import line  # noqa: E402
from run import make  # noqa: E402

PARTS = ("rates", "pages")
PAGES = 500  # at most, of one walk
WRITERS = 16


class Ssm:
    """The server as the Parameter Store: what the signer of requests asks for."""

    service = "ssm"

    def __init__(self, server):
        self.url, self.pid = server.url, server.pid


def client(server, service):
    return boto3.client(service, endpoint_url=server.url, region_name="us-east-1", aws_access_key_id="test",
                        aws_secret_access_key="test", config=Config(max_pool_connections=WRITERS))


def rates(options, bench, server):
    kms, ssm = client(server, "kms"), client(server, "ssm")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    for number in range(10):
        ssm.put_parameter(Name=f"/rates/p{number}", Value="x" * 32, Type="SecureString", KeyId=key)
    blob = kms.encrypt(KeyId=key, Plaintext=b"x" * 32, EncryptionContext=make.CONTEXT)["CiphertextBlob"]
    blob = base64.b64encode(blob).decode()
    count = options.requests
    subjects = {
        "Decrypt 32 B": (server, "Decrypt", lambda: make.decrypt_bodies([blob] * count)),
        "GetParameter, decrypted": (Ssm(server), "GetParameter", lambda: make.get_parameter_bodies("/rates/p0", count)),
        "GetParametersByPath, ten decrypted": (Ssm(server), "GetParametersByPath", lambda: make.by_path_bodies("/rates", count // 4)),
    }
    rounds = {name: [] for name in subjects}
    for _ in range(options.rounds):
        for name, (subject, operation, bodies) in subjects.items():
            rounds[name].append(bench.drive(subject, bench.requests(subject, operation, bodies())))
    print(run.HEADER)
    for name, measured in rounds.items():
        run.show(name, measured)
    plain, one, ten = rounds.values()
    ratio = statistics.median(mine["rate"] / decrypt["rate"] for mine, decrypt in zip(one, plain))
    line("GetParameter of Decrypt's rate", f"{ratio:.2f}", ">= 0.60", ratio >= 0.6)
    cost = statistics.median(mine["cpu_us"] / decrypt["cpu_us"] for mine, decrypt in zip(ten, plain))
    line("ten by path, CPU of a Decrypt's", f"{cost:.2f}", "< 4", cost < 4)


def page_bodies(ask, members):
    """The requests of one walk over the pages, at most PAGES."""
    bodies = [members]
    while len(bodies) < PAGES and (token := ask(**bodies[-1]).get("NextToken")):
        bodies.append({**members, "NextToken": token})
    return bodies


def pages(options, bench, server):
    ssm = client(server, "ssm")
    made = 0
    for total in (options.parameters // 100, options.parameters):
        names = [f"/many/{number // 100}/p{number}" for number in range(made, total)]
        started = time.monotonic()
        with ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(lambda name: ssm.put_parameter(Name=name, Value="v", Type="String", Tier="Advanced"), names))
        line(f"{len(names):,} parameters made, parameters/s", f"{len(names) / (time.monotonic() - started):.0f}", remarks="boto3's rate")
        made = total
        kinds = {
            "DescribeParameters, 50": ("DescribeParameters", ssm.describe_parameters, {"MaxResults": 50}),
            "by path, 10 of all": ("GetParametersByPath", ssm.get_parameters_by_path, {"Path": "/", "Recursive": True}),
            "by path, 10 of a level of 100": ("GetParametersByPath", ssm.get_parameters_by_path, {"Path": "/many/7"}),
        }
        for kind, (operation, ask, members) in kinds.items():
            bodies = page_bodies(ask, members)
            bodies = [json.dumps(body).encode() for _ in range(1 + PAGES // len(bodies)) for body in bodies]
            figures = bench.drive(Ssm(server), bench.requests(Ssm(server), operation, bodies), connections=1)
            middle = figures["p50_us"] / 1000
            line(f"{total:,} parameters, {kind}: ms a page", f"{middle:.2f}", "< 2", middle < 2, f"p99 {figures['p99_us'] / 1000:.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--build", type=Path, default=run.ROOT / "build/release")
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--parameters", type=int, default=100_000)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    options = parser.parse_args()
    options.build = options.build.resolve()
    folder = Path(tempfile.mkdtemp(prefix="parameters-", dir=options.build))
    command = [options.build / "kagimori", "dev", "--data", folder / "data", "--listen", "127.0.0.1:0", "--cores", "1"]
    server = run.Server(command)
    try:
        bench = run.Bench(options, folder)
        for part in options.only:
            globals()[part](options, bench, server)
    finally:
        server.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
