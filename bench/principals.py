#!/usr/bin/env python3
"""What it costs to know who calls: symmetric operations of a root user, a user and a role session, against a bare epoll server.

    bench/principals.py [--build build/release] [--requests 40000] [--rounds 3]

The key's policy has ten statements with conditions; the user and the role have five policies each, the session one of its own
besides; the key lets its account's identity policies decide. Servers are pinned to core 0, the client to core 1; rounds alternate
between all of them and the bare server, which answers the same bytes. Every request is distinct and signed; every answer must be
a 200. Goal: half of the bare server's rate.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import boto3

sys.path.insert(0, str(Path(__file__).resolve().parent))
import run  # noqa: E402
from run import make  # noqa: E402

USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
ACCOUNT = "000000000000"
POLICIES = 5  # of a user, of a role


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def deny(action, condition):
    return {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": action, "Resource": "*", "Condition": condition}


def key_policy():
    """Ten statements: some that never hold, some for others, and the one that hands the decision to the account's policies."""
    own = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    statements = [
        deny("kms:*", {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}),
        deny(USE, {"StringEquals": {"kms:EncryptionContext:purpose": "forbidden"}}),
        deny(["kms:ScheduleKeyDeletion", "kms:DisableKey"], {"Bool": {"aws:ViaAWSService": "true"}}),
        deny("kms:*", {"DateGreaterThan": {"aws:CurrentTime": "2099-01-01T00:00:00Z"}}),
    ]
    for region in ("eu-west-1", "eu-west-2", "eu-west-3", "eu-north-1"):
        statements.append({"Effect": "Allow", "Principal": own, "Action": USE, "Resource": "*",
                           "Condition": {"StringEquals": {"kms:ViaService": f"ssm.{region}.amazonaws.com"}}})
    statements.append({"Effect": "Allow", "Principal": own, "Action": "kms:*", "Resource": "*"})
    statements.append({"Effect": "Allow", "Principal": own, "Action": "kms:CreateGrant", "Resource": "*",
                       "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}})
    return policy(*statements)


def identity_policies():
    """Five: four about other things, one that allows."""
    for number in range(POLICIES - 1):
        yield policy({"Effect": "Allow", "Action": f"s3:Get{number}*", "Resource": f"arn:aws:s3:::bucket-{number}/*"},
                     {"Effect": "Deny", "Action": "kms:*", "Resource": "*",
                      "Condition": {"StringEquals": {"aws:RequestedRegion": f"ap-south-{number}"}}})
    yield policy({"Effect": "Allow", "Action": USE, "Resource": "*",
                  "Condition": {"StringLike": {"kms:EncryptionContext:purpose": "bench*"}}})


class Deployment:
    def __init__(self, server):
        self.server = server
        self.kms = self.client("kms")
        self.iam = self.client("iam")
        self.key = self.kms.create_key(Policy=key_policy())["KeyMetadata"]["Arn"]

    def client(self, service, **credentials):
        named = {"aws_access_key_id": "test", "aws_secret_access_key": "test", **credentials}
        return boto3.client(service, endpoint_url=self.server.url, region_name="us-east-1", **named)

    def user(self):
        self.iam.create_user(UserName="app")
        for number, text in enumerate(identity_policies()):
            self.iam.put_user_policy(UserName="app", PolicyName=f"p{number}", PolicyDocument=text)
        made = self.iam.create_access_key(UserName="app")["AccessKey"]
        return {"access_key": made["AccessKeyId"], "secret_key": made["SecretAccessKey"]}

    def session(self):
        trust = policy({"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"})
        role = self.iam.create_role(RoleName="app", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        for number, text in enumerate(identity_policies()):
            self.iam.put_role_policy(RoleName="app", PolicyName=f"p{number}", PolicyDocument=text)
        self.iam.create_user(UserName="assumer")
        self.iam.put_user_policy(UserName="assumer", PolicyName="p", PolicyDocument=policy(
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role}))
        made = self.iam.create_access_key(UserName="assumer")["AccessKey"]
        sts = self.client("sts", aws_access_key_id=made["AccessKeyId"], aws_secret_access_key=made["SecretAccessKey"])
        limit = policy({"Effect": "Allow", "Action": "kms:*", "Resource": "*"})
        done = sts.assume_role(RoleArn=role, RoleSessionName="bench", Policy=limit)["Credentials"]
        return {"access_key": done["AccessKeyId"], "secret_key": done["SecretAccessKey"], "session_token": done["SessionToken"]}


class As:
    """The server with somebody's credentials: what the signer of requests asks for."""

    def __init__(self, server, credentials):
        self.url, self.pid, self.credentials = server.url, server.pid, credentials


def measure(bench, deployment, callers, operation, what, bodies):
    raw, _ = run.ask(deployment.server, operation, next(iter(bodies(1))))
    bare = bench.bare_server(raw)
    rounds = {name: [] for name in ("bare", *callers)}
    try:
        for _ in range(bench.options.rounds):
            for name, caller in callers.items():
                requests = bench.requests(caller, operation, bodies(bench.options.requests))
                rounds[name].append(bench.drive(caller, requests))
            rounds["bare"].append(bench.drive(bare, requests))
    finally:
        bare.stop()
    run.show(f"bare epoll server, the answer of {what}", rounds["bare"])
    for name in callers:
        run.show(f"{what}, {name}", rounds[name], rounds["bare"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--build", type=Path, default=run.ROOT / "build/release")
    parser.add_argument("--requests", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    options.build = options.build.resolve()
    with tempfile.TemporaryDirectory(dir=run.ROOT / "build") as folder:
        bench = run.Bench(options, Path(folder))
        command = [options.build / "kagimori", "dev", "--data", Path(folder) / "data", "--listen", "127.0.0.1:0", "--cores", "1"]
        server = run.Server(command)
        try:
            deployment = Deployment(server)
            callers = {"the root user": As(server, {}), "a user of five policies": As(server, deployment.user()),
                       "a role session": As(server, deployment.session())}
            print(run.HEADER)
            measure(bench, deployment, callers, "Encrypt", "Encrypt 32 B", lambda n: make.encrypt_bodies(deployment.key, n))
            _, blob = run.ask(server, "Encrypt", next(make.encrypt_bodies(deployment.key, 1)))
            measure(bench, deployment, callers, "Decrypt", "Decrypt 32 B",
                    lambda n: make.decrypt_bodies([blob["CiphertextBlob"]] * n))
            measure(bench, deployment, callers, "GenerateDataKey", "GenerateDataKey AES_256",
                    lambda n: make.data_key_bodies(deployment.key, n))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
